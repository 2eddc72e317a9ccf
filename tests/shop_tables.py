"""Product files: how one is made, and the header lines as the documentation of each shop system gives them."""

import json
from typing import NamedTuple


class Export(NamedTuple):
    """A file of one system. ``named``: what the run must name besides the finding."""

    name: str
    content: bytes
    field: str
    named: str = ""


def table(
    header: str, *rows: dict[str, str], sep: str = ",", encoding: str = "utf-8", above: str = "", again: str = ""
) -> bytes:
    """A table with that header; rows by column."""
    columns = header.split(sep)

    def line(cells: list[str]) -> str:
        return sep.join(
            '"' + cell.replace('"', '""') + '"' if any(c in cell for c in f'{sep}"\n') else cell for cell in cells
        )

    for row in rows:
        assert set(row) <= set(columns), set(row) - set(columns)
    lines = [line([row.get(column, "") for column in columns]) for row in rows]
    return (above + header + "\r\n" + again + "\r\n".join(lines) + "\r\n").encode(encoding)


def document(value: object, encoding: str = "utf-8", indent: int | None = None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode(encoding)


SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,"
    "Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,"
    "SEO Title,SEO Description,Google Shopping / Google Product Category,Google Shopping / Custom Label 0,"
    "Variant Image,Variant Weight Unit,Cost per item,Status"
)
WOO = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,"
    "Date sale price starts,Tax status,In stock?,Stock,Weight (kg),Purchase note,Sale price,Regular price,Categories,"
    "Tags,Shipping class,Images,Parent,Upsells,External URL,Button text,Position,Attribute 1 name,Attribute 1 value(s),"
    "Attribute 1 visible,Attribute 1 global,Meta: rank_math_title"
)
MAGENTO = (
    "sku,store_view_code,attribute_set_code,product_type,categories,product_websites,name,description,"
    "short_description,weight,product_online,tax_class_name,visibility,price,special_price,url_key,meta_title,"
    "meta_keywords,meta_description,base_image,base_image_label,additional_attributes,qty,is_in_stock,additional_images"
)
TAOBAO = (
    "title\tcid\tseller_cids\tstuff_status\tlocation_state\tlocation_city\titem_type\tprice\tauction_increment\tnum\t"
    "valid_thru\tfreight_payer\tpost_fee\tems_fee\texpress_fee\thas_invoice\thas_warranty\tapprove_status\t"
    "has_showcase\tlist_time\tdescription\tcateProps\tpostage_id\thas_discount\tmodified\tupload_fail_msg\t"
    "picture_status\tauction_point\tpicture\tvideo\tskuProps\tinputPids\tinputValues\touter_id\tpropAlias\tauto_fill\t"
    "num_id\tlocal_cid\tnavigation_type\tuser_name\tsubtitle\twireless_desc"
)
TAOBAO_ZH = (
    "宝贝名称\t宝贝类目\t店铺类目\t新旧程度\t省\t城市\t出售方式\t宝贝价格\t加价幅度\t宝贝数量\t有效期\t运费承担\t平邮\tEMS\t快递\t发票\t保修\t"
    "放入仓库\t橱窗推荐\t开始时间\t宝贝描述\t宝贝属性\t邮费模版ID\t会员打折\t修改时间\t上传状态\t图片状态\t返点比例\t新图片\t视频\t"
    "销售属性组合\t用户输入ID串\t用户输入名-值对\t商家编码\t销售属性别名\t代充类型\t数字ID\t本地ID\t宝贝分类\t用户名称\t宝贝卖点\t无线详情\r\n"
)
ETSY = (
    "TITLE,DESCRIPTION,PRICE,CURRENCY_CODE,QUANTITY,TAGS,MATERIALS,IMAGE1,IMAGE2,VARIATION 1 TYPE,VARIATION 1 NAME,"
    "VARIATION 1 VALUES,SKU"
)
WIX = (
    "handleId,fieldType,name,description,productImageUrl,collection,sku,ribbon,price,surcharge,visible,discountMode,"
    "discountValue,inventory,weight,cost,productOptionName1,productOptionType1,productOptionDescription1,"
    "additionalInfoTitle1,additionalInfoDescription1,brand"
)
SQUARESPACE = (
    "Product ID [Non Editable],Variant ID [Non Editable],Product Type [Non Editable],Product Page,Product URL,Title,"
    "Description,SKU,Option Name 1,Option Value 1,Price,Sale Price,On Sale,Stock,Categories,Tags,Weight,Visible,"
    "Hosted Image URLs"
)
BIGCOMMERCE = (
    "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Bin Picking Number,Brand Name,Option Set,"
    "Product Description,Price,Retail Price,Product Warranty,Product Weight,Category,Product Image File - 1,"
    "Search Keywords,Page Title,Meta Description"
)
PRESTASHOP = (
    "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Reference #;EAN13;Quantity;"
    "Short description;Description;Tags (x,y,z...);Meta title;URL rewritten;Image URLs (x,y,z...);"
    "Feature(Name:Value:Position)"
)
OPENCART = (
    "product_id,name(en-gb),categories,sku,upc,quantity,model,manufacturer,image_name,price,date_added,weight,"
    "description(en-gb),meta_title(en-gb),meta_keywords(en-gb),tags(en-gb)"
)
ECWID = (
    "type,product_internal_id,product_sku,product_name,product_price,product_description,product_media_main_image_url,"
    "product_category_1,product_brand,product_seo_title,product_option_name,product_option_value,product_custom_text_1"
)
AMAZON_LABELS = "Seller SKU\tProduct Name\tBrand Name\tStandard Price\tMain Image URL\tBullet Point 1\tSearch Terms\r\n"
AMAZON = "item_sku\titem_name\tbrand_name\tstandard_price\tmain_image_url\tbullet_point1\tgeneric_keywords"
EBAY = (
    "*Action(SiteID=US|Country=US|Currency=USD|Version=1193),CustomLabel,*Category,*Title,Subtitle,*Description,"
    "*ConditionID,PicURL,*Quantity,*StartPrice,C:Brand,C:Features"
)
GOOGLE = (
    "id\ttitle\tdescription\tlink\timage_link\tadditional_image_link\tavailability\tprice\tgoogle_product_category\t"
    "product_type\tbrand\tgtin\tcondition\tcolor\tcustom_label_0\tproduct_highlight"
)
FACEBOOK = (
    "id,title,description,availability,condition,price,link,image_link,brand,google_product_category,quantity_to_sell,"
    "color,material,custom_label_0"
)
LAZADA = (
    "Group No,catId,*Product Name(English),Product Images1,*Brand,Short Description,Main Description,SellerSKU,*Price"
)
LAZADA_ZH = "组号,类目ID,*商品名称,商品图片1,*品牌,短描述,主要描述,商家SKU,*价格\r\n"
SHOPEE_CODES = (
    "ps_category,ps_product_name,ps_product_description,ps_sku_parent_short,et_title_variation_1,ps_price\r\n"
)
SHOPEE = "分類,商品名稱,商品描述,主商品貨號,規格名稱 1,價格"
ALIMAMA = (
    "商品id,商品名称,商品主图,商品详情页链接地址,商品一级类目,淘宝客链接,商品价格(单位：元),商品月销量,收入比率(%),佣金,卖家旺旺,卖家id,店铺名称,"
    "平台类型,优惠券id,优惠券总量,优惠券剩余量,优惠券面额,优惠券开始时间,优惠券结束时间,优惠券链接,商品优惠券推广链接"
)
