"""What shop systems and people call the columns of a product file; data only.

Names are compared without regard to width, case, spaces and punctuation. Sources: the import and export templates of
Taobao (数据包), 1688, JD, PDD, Youzan, Weidian and Alimama, Shopify, WooCommerce, Magento, PrestaShop, OpenCart,
BigCommerce, Squarespace, Wix, Ecwid, Amazon, eBay, Etsy, Lazada, Shopee, Google Merchant Center and Facebook.
"""


def _names(*lines: str) -> tuple[str, ...]:
    return tuple(name.strip() for line in lines for name in line.split("|"))


FIELD_NAMES: dict[str, tuple[str, ...]] = {
    "title": _names(
        "title|标题|商品标题|商品名称|商品名|产品名称|产品标题|宝贝标题|宝贝名称|服务名称|品名|名称",
        "商品全称|商品中文名称|货品名称|货品标题|供应信息标题|产品信息标题|物品名称|菜品名称|套餐名称|课程名称",
        "標題|商品名稱|商品標題|產品名稱|賣場名稱|品名規格|商品名称标题",
        "product title|product name|item title|item name|listing title|goods name|goods title|goods_name",
        "name|product|item|*name|*title|post_title|product name(english)|name (en-gb)|name (zh-cn)|ps_product_name",
        "et_title_product_name|nome|titulo|título|nombre|titel|nom|subject|goodsname|skuname|sku name",
        "ware name|wareTitle",
        "itemname|auction title|offer title|headline",
    ),
    "description": _names(
        "description|描述|商品描述|产品描述|宝贝描述|服务描述|详情|商品详情|产品详情|商品介绍|介绍|简介|内容|评论|评价",
        "图文详情|图文描述|详细描述|详细说明|商品图文详情|产品详细说明|商品说明|产品说明|描述内容|商品简介|详情描述",
        "商品描述html|電腦版描述|商品說明|商品介紹|商品詳情",
        "desc|detail|details|product description|item description|body (html)|body html|descriptionHtml|body|content",
        "review|*description|long description|description html|post_content|ps_product_description",
        "description (en-gb)|goods_desc|goods_content|main description|descripcion|descrição|beschreibung|descrizione",
    ),
    "category": _names(
        "category|类目|商品类目|类目名称|宝贝类目|分类|商品分类|分类名称|品类|类别|商品一级类目|一级类目|商品分组|所属类目",
        "分類|商品分類|category name|cat|product category|product type|categories|custom collections",
        "google_product_category|google product category|product_type|ps_category|*category|primary category",
        "feed_product_type|collection|category path",
    ),
    "merchant": _names(
        "merchant|商家编号|商家id|店铺id|卖家id|商户号|商户编号|merchant id|shop id|seller id|store id",
        "商家|商户|店铺|卖家|店铺名称|商家名称|卖家昵称|卖家旺旺|店铺名|merchant name|shop",
        "seller|shop name|seller name|store|vendor",
    ),
    "pictures": _names(
        "pictures|图片|商品图片|宝贝图片|图片地址|图片链接|主图|商品主图|主图链接|商品轮播图|轮播图|新图片|商品图|产品图片",
        "圖片|商品圖片|picture|picture url|picture urls|image|images|image url|image urls|image link|image links",
        "image_link|image src|imageurl|main image url|main_image_url|productImageUrl|hosted image urls|pic url|picurl",
        "picture_url|base_image|ps_product_image|photo|photos|main image|cover image|*product images1|product image",
    ),
    "id": _names(
        "id|商品id|商品编号|商品编码|宝贝id|产品编号|产品id|编号|编码|货号|数字id|货品id|商品货号|商品数字id",
        "商品編號|編號|item id|listing id|product id|product_id|goods id|goods_id|sku id|handle|handleId|num_id",
        "product id [non editable]|itemid|item_sku|seller sku|sellersku|*action id|spu id|ps_product_id",
        "sku|spu|asin|code|code/sku|offer id|num iid|ware id|outer_id|商家编码|product code",
    ),
}
"""Names of each field, best first."""

MORE_PICTURES = _names(
    "sku图片|规格图|规格图片|细节图|细节图片|详情图|详情图片|白底图|长图|副图|variant image|additional_image_link",
    "additional image link|additional_image_urls|additional image urls|small_image|thumbnail_image|swatch_image",
    "thumbnail|small image|additional_images|additional images|other image url|other_image_url|image1|pic|images src",
    "hosted image|product image file|variant_image|product image id|background image|src|thumb|cover|logo|图",
    "product images|product image url|imageurls|gallery|photo url|图集|橱窗图|主图视频封面|featured image|swatch image",
)
"""Names of further columns of pictures; one with a number behind it, such as 主图2 or image_url3, is one too."""

GROUPS = _names("handle|handleId|product id [non editable]|url handle|商品handle")
"""Columns that name the product to which a row without a title belongs."""

NUMBERS = _names(
    "价格|售价|单价|原价|市场价|进价|成本价|促销价|划线价|拼单价|团购价|单买价|团单价|优惠价|会员价|批发价|零售价|建议零售价",
    "商品价格|宝贝价格|销售价|金额|价钱|商品售价|券后价|商品价格(单位:元)|商品价格（单位：元）|京东价|參考價|價格|售價",
    "price|regular price|sale price|variant price|compare at price|variant compare at price|cost per item|cost|msrp",
    "special price|special_price|map_price|msrp_price|unit price|standard_price|list price|min price|max price|amount",
    "original price|variant cost|surcharge|discount value|discountvalue|wholesale price|retail price|buyitnowprice",
    "buy it now price|start price|startprice|reserve price|*startprice|currency|currency_code|币种|货币",
    "数量|库存|宝贝数量|商品库存|总库存|库存数量|销量|月销量|商品月销量|累计销量|起订量|最小起订量|限购数量|數量|庫存|已售|浏览量",
    "quantity|stock|qty|inventory|variant inventory qty|*quantity|available|sold|sales|views|min_cart_qty|max_cart_qty",
    "low stock amount|out_of_stock_qty|current stock level|low stock level|inventory quantity|minimum quantity",
    "重量|毛重|净重|体积|长|宽|高|物流重量|物流体积|长度|宽度|高度|weight|length|width|height|variant grams|grams",
    "weight (kg)|length (cm)|width (cm)|height (cm)|item_weight|item_size|package weight|package length|package width",
    "package height|product weight|product width|product height|product depth|*package weight|parcel size",
    "佣金|佣金比率|佣金比例|收入比率|收入比率(%)|收入比率（%）|提成|折扣|评分|评分数|评论数|收藏数|优惠券总量|优惠券剩余量",
    "条码|条形码|商品条形码|商品条码|sku条形码|国际条码|barcode|variant barcode|gtin|ean|ean13|upc|isbn",
    "gtin, upc, ean, or isbn",
    "productid type|external_product_id|sku_barcode|upc/ean|p:upc|jan|hs code|variant hs code|海关编码",
    "时间|日期|创建时间|修改时间|更新时间|上架时间|下架时间|发布时间|开始时间|结束时间|有效期|优惠券开始时间|优惠券结束时间",
    "created_at|updated_at|date|created at|updated at|list_time|modified|date added|date available|date modified",
    "create time|update time|date sale price starts|date sale price ends|available date|ctime|mtime|timestamp",
    "类目id|分类id|品牌id|店铺id|卖家id|商家id|商品sku id|运费模板id|邮费模版id|邮费模板id",
    "类目编号|优惠券id|品牌编号|序号",
    "cid|seller_cids|postage_id|num|valid_thru|local_cid|category id|category_id|category ids|brand id|shop id|shop_id",
    "variant id|variant_id|parent_id|parent id|shipping template id|categoryid|shopid|brandid|collection id|group id",
    "position|image position|variant position|sort order|排序|序|taxable|variant taxable|variant requires shipping",
    "published|is featured?|in stock?|sold individually?|product_online|visible|published on online store",
    "邮费|运费|平邮|ems|快递|post_fee|ems_fee|express_fee|freight|shipping cost|shippingcost|店铺dsr|dsr",
)
"""Columns of numbers, codes and dates; they distinguish a header from other rows."""

LINKS = _names(
    "链接|商品链接|宝贝链接|商品地址|网址|商品详情页链接地址|商品页面链接|淘宝客链接|淘宝客短链接|推广链接|优惠券链接|商品url",
    "优惠券短链接|优惠券推广链接|淘宝客长链接|推广短链接|店铺链接|店铺地址|link|url|product url|product link|item url",
    "permalink|product page|mobile link|mobile_link|canonical url|listing url|click url|detail url|product_url",
    "detail_url|page url|shop url|online store url|商品連結",
)
"""Columns of the platform's own addresses: no text, and no link out of it, as long as they are one address."""

CONTAINERS = _names(
    "products|items|goods|listings|offers|skus list|list|rows|records|results|result|data|entries|elements|nodes|edges",
    "product_list|item_list|goods_list|productlist|itemlist|goodslist|products_list|商品|商品列表|宝贝|宝贝列表|数据|documents",
    "docs|hits|wares|catalog|catalogue|feed|num_iids|auctions",
)
"""Keys of a JSON document under which its listings stand."""
