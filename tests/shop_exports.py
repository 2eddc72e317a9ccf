"""Product files of many shapes, each with a replica gun in one place: rebuilt from the documentation of shop systems.

``field``: what a finding calls the place; empty where the file is refused with a reason, which is no silent pass.
"""

import gzip
import io
import zipfile

import polars

from shop_tables import (
    ALIMAMA,
    AMAZON,
    AMAZON_LABELS,
    BIGCOMMERCE,
    EBAY,
    ECWID,
    ETSY,
    FACEBOOK,
    GOOGLE,
    LAZADA,
    LAZADA_ZH,
    MAGENTO,
    OPENCART,
    PRESTASHOP,
    SHOPEE,
    SHOPEE_CODES,
    SHOPIFY,
    SQUARESPACE,
    TAOBAO,
    TAOBAO_ZH,
    WIX,
    WOO,
    Export,
    document,
    table,
)

GUN = "仿真枪"


def _parquet() -> bytes:
    frame = polars.DataFrame(
        {"id": ["1"], "title": ["短袖"], "attributes": [{"材质": GUN, "颜色": "黑"}], "tags": [["夏", "棉"]]}
    )
    stream = io.BytesIO()
    frame.write_parquet(stream)
    return stream.getvalue()


def _xlsx() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as book:
        book.writestr("[Content_Types].xml", "<Types/>")
        book.writestr("xl/worksheets/sheet1.xml", f"<worksheet><c><is><t>{GUN}</t></is></c></worksheet>")
    return stream.getvalue()


_PRODUCT = {"id": "1", "title": "短袖", "description": "好"}
_RSS = f"<?xml version='1.0'?><rss><channel><item><g:title>{GUN}</g:title></item></channel></rss>".encode()

EXPORTS = (
    # Shopify, WooCommerce, Magento and other shop systems
    Export(
        "shopify_body.csv",
        table(SHOPIFY, {"Handle": "a", "Title": "模型", "Body (HTML)": f"<p>{GUN}</p>"}),
        "description",
    ),
    Export(
        "shopify_variant.csv",
        table(SHOPIFY, {"Handle": "a", "Title": "模型", "Option2 Value": "黑"}, {"Handle": "a", "Option2 Value": GUN}),
        "Option2 Value",
    ),
    Export(
        "shopify_variant_sku.csv",
        table(
            SHOPIFY,
            {"Handle": "a", "Title": "模型"},
            {"Handle": "a", "Variant SKU": f"{GUN}-1"},
            {"Handle": "b", "Title": "书"},
        ),
        "Variant SKU",
    ),
    Export(
        "shopify_alt.csv", table(SHOPIFY, {"Handle": "a", "Title": "模型", "Image Alt Text": GUN}), "Image Alt Text"
    ),
    Export(
        "shopify_label.csv",
        table(SHOPIFY, {"Handle": "a", "Title": "模型", "Google Shopping / Custom Label 0": GUN}),
        "Google Shopping / Custom Label 0",
    ),
    Export("woo_short.csv", table(WOO, {"ID": "9", "Name": "模型", "Short description": GUN}), "Short description"),
    Export(
        "woo_attribute.csv",
        table(WOO, {"ID": "9", "Name": "模型", "Attribute 1 value(s)": f"红, {GUN}"}),
        "Attribute 1 value(s)",
    ),
    Export(
        "woo_variation.csv",
        table(
            WOO,
            {"ID": "9", "Name": "模型"},
            {"ID": "10", "Type": "variation", "Parent": "id:9", "Attribute 1 value(s)": GUN},
        ),
        "Attribute 1 value(s)",
        "Name",
    ),
    Export(
        "woo_meta.csv", table(WOO, {"ID": "9", "Name": "模型", "Meta: rank_math_title": GUN}), "Meta: rank_math_title"
    ),
    Export(
        "magento_attributes.csv",
        table(MAGENTO, {"sku": "S1", "name": "模型", "additional_attributes": f"型号={GUN}"}),
        "additional_attributes",
    ),
    Export(
        "magento_keywords.csv", table(MAGENTO, {"sku": "S1", "name": "模型", "meta_keywords": GUN}), "meta_keywords"
    ),
    Export(
        "magento_label.csv", table(MAGENTO, {"sku": "S1", "name": "模型", "base_image_label": GUN}), "base_image_label"
    ),
    Export(
        "prestashop.csv",
        table(
            PRESTASHOP, {"Product ID": "1", "Name *": "模型", "Feature(Name:Value:Position)": f"类型:{GUN}:1"}, sep=";"
        ),
        "Feature(Name:Value:Position)",
    ),
    Export(
        "prestashop_tags.csv",
        table(PRESTASHOP, {"Product ID": "1", "Name *": "模型", "Tags (x,y,z...)": f"玩具,{GUN}"}, sep=";"),
        "Tags (x,y,z...)",
    ),
    Export(
        "opencart.csv", table(OPENCART, {"product_id": "1", "name(en-gb)": "模型", "tags(en-gb)": GUN}), "tags(en-gb)"
    ),
    Export("opencart_model.csv", table(OPENCART, {"product_id": "1", "name(en-gb)": "模型", "model": GUN}), "model"),
    Export(
        "bigcommerce.csv",
        table(BIGCOMMERCE, {"Product ID": "1", "Product Name": "模型", "Search Keywords": GUN}),
        "Search Keywords",
    ),
    Export(
        "bigcommerce_warranty.csv",
        table(BIGCOMMERCE, {"Product ID": "1", "Product Name": "模型", "Product Warranty": GUN}),
        "Product Warranty",
    ),
    Export(
        "squarespace.csv",
        table(SQUARESPACE, {"Product ID [Non Editable]": "p", "Title": "模型"}, {"Option Value 1": GUN}),
        "Option Value 1",
    ),
    Export(
        "wix_info.csv",
        table(WIX, {"handleId": "p", "name": "模型", "additionalInfoDescription1": GUN}),
        "additionalInfoDescription1",
    ),
    Export(
        "wix_variant.csv",
        table(
            WIX,
            {"handleId": "p", "fieldType": "Product", "name": "模型"},
            {"handleId": "p", "fieldType": "Variant", "productOptionDescription1": GUN},
        ),
        "productOptionDescription1",
    ),
    Export(
        "ecwid.csv",
        table(
            ECWID,
            {"type": "product", "product_internal_id": "1", "product_name": "模型"},
            {"type": "product_option", "product_internal_id": "1", "product_option_value": GUN},
        ),
        "product_option_value",
        "product_name",
    ),
    # Marketplaces and catalogues
    Export(
        "amazon.txt.tsv",
        table(
            AMAZON,
            {"item_sku": "S", "item_name": "模型", "bullet_point1": GUN},
            sep="\t",
            above="TemplateType=fptcustom\tVersion=2021.1014\r\n" + AMAZON_LABELS,
        ),
        "Bullet Point 1",
    ),
    Export(
        "ebay.csv",
        table(
            EBAY,
            {"CustomLabel": "S", "*Title": "模型", "C:Features": GUN},
            above="#INFO,Version=0.0.2,Template= eBay-draft-listing\r\n",
        ),
        "C:Features",
        "#INFO",
    ),
    Export("ebay_subtitle.csv", table(EBAY, {"CustomLabel": "S", "*Title": "模型", "Subtitle": GUN}), "Subtitle"),
    Export("etsy.csv", table(ETSY, {"TITLE": "模型", "VARIATION 1 VALUES": f"红,{GUN}"}), "VARIATION 1 VALUES"),
    Export(
        "etsy_materials.csv",
        table(ETSY, {"TITLE": "模型", "MATERIALS": GUN, "IMAGE1": "relative.jpg"}),
        "MATERIALS",
        "relative.jpg",
    ),
    Export(
        "google.tsv",
        table(GOOGLE, {"id": "1", "title": "模型", "product_highlight": GUN}, sep="\t"),
        "product_highlight",
    ),
    Export(
        "google_category.txt.tsv",
        table(GOOGLE, {"id": "1", "title": "模型", "product_type": f"玩具 > {GUN}"}, sep="\t"),
        "product_type",
    ),
    Export(
        "facebook.csv",
        table(
            FACEBOOK,
            {"id": "1", "title": "模型", "material": GUN},
            above="# Required | The unique id of the item,# Required | The title of it\r\n",
        ),
        "material",
        "# Required",
    ),
    Export(
        "lazada.csv",
        table(LAZADA, {"*Product Name(English)": "模型", "Short Description": GUN}, again=LAZADA_ZH),
        "Short Description",
    ),
    Export(
        "shopee.csv", table(SHOPEE, {"商品名稱": "模型", "規格名稱 1": GUN}, above=SHOPEE_CODES), "et_title_variation_1"
    ),
    # Chinese platforms
    Export(
        "taobao.csv",
        table(
            TAOBAO,
            {"title": "模型", "inputValues": GUN},
            sep="\t",
            encoding="gbk",
            above="version 1.00\r\n",
            again=TAOBAO_ZH,
        ),
        "inputValues",
    ),
    Export(
        "taobao_wide.csv",
        table(
            TAOBAO,
            {"title": "模型", "subtitle": GUN},
            sep="\t",
            encoding="utf-16",
            above="version 1.00\r\n",
            again=TAOBAO_ZH,
        ),
        "subtitle",
    ),
    Export(
        "taobao_wireless.csv",
        table(
            TAOBAO,
            {"title": "模型", "wireless_desc": f"<wapDesc><txt>{GUN}</txt></wapDesc>"},
            sep="\t",
            encoding="gbk",
            above="version 1.00\r\n",
            again=TAOBAO_ZH,
        ),
        "wireless_desc",
    ),
    Export(
        "taobao_picture.csv",
        table(
            TAOBAO,
            {"title": GUN, "picture": "d5a1f2b3c4:1:0:|;"},
            sep="\t",
            encoding="gbk",
            above="version 1.00\r\n",
            again=TAOBAO_ZH,
        ),
        "title",
        "d5a1f2b3c4.tbi",
    ),
    Export(
        "alimama.csv",
        table(ALIMAMA, {"商品id": "5.58E+11", "商品名称": "模型", "店铺名称": f"{GUN}专卖"}, encoding="gbk"),
        "店铺名称",
        "5.58E+11",
    ),
    Export(
        "alimama_shop.csv",
        table(ALIMAMA, {"商品id": "558123456789", "商品名称": "模型", "商品一级类目": GUN}, encoding="gbk"),
        "商品一级类目",
    ),
    Export(
        "1688.csv",
        table(
            "商品ID,商品标题,类目,商品属性,价格区间,起订量,发货地",
            {"商品ID": "1", "商品标题": "模型", "商品属性": f"类型:{GUN}"},
        ),
        "商品属性",
    ),
    Export(
        "jd.csv",
        table(
            "商品编号,商品名称,广告词,品牌,京东价,上下架状态,规格参数",
            {"商品编号": "1", "商品名称": "模型", "广告词": GUN},
            encoding="gb18030",
        ),
        "广告词",
    ),
    Export(
        "pdd.csv",
        table(
            "商品ID,商品标题,短标题,商品类目,规格,拼单价,单买价,轮播图",
            {"商品ID": "1", "商品标题": "模型", "短标题": GUN},
        ),
        "短标题",
    ),
    Export(
        "youzan.csv",
        table(
            "商品名称,商品卖点,分享描述,商品分组,规格名1,规格值1,价格,库存,商品图",
            {"商品名称": "模型", "分享描述": GUN},
        ),
        "分享描述",
    ),
    Export(
        "weidian.csv",
        table(
            "商品id,商品标题,商品型号,型号名称,价格,库存,商品编码,分类",
            {"商品id": "1", "商品标题": "模型", "型号名称": GUN},
        ),
        "型号名称",
    ),
    Export(
        "doubled_header.csv",
        table("编号,标题,标题,商品名称", {"编号": "1", "标题": "模型"}).replace(
            "1,模型,模型,".encode(), f"1,模型,{GUN},".encode()
        ),
        "标题 (2)",
    ),
    # JSON
    Export("array.json", document([{**_PRODUCT, "attributes": {"材质": GUN}}], indent=2), "attributes.材质"),
    Export("lines.jsonl", document(_PRODUCT) + b"\n" + document({**_PRODUCT, "skus": [{"name": GUN}]}), "skus[0].name"),
    Export(
        "shopify_api.json",
        document(
            {"products": [{"id": 1, "title": "模型", "body_html": "", "variants": [{"title": GUN}], "images": []}]}
        ),
        "variants[0].title",
    ),
    Export(
        "shopify_single.json",
        document({"product": {"id": 1, "title": "模型", "options": [{"name": "款", "values": ["红", GUN]}]}}),
        "options[0].values[1]",
    ),
    Export(
        "api_page.json",
        document({"code": 0, "msg": "ok", "data": {"total": 1, "items": [{**_PRODUCT, "规格": GUN}]}}, "utf-8-sig"),
        "规格",
    ),
    Export(
        "woo_rest.json",
        document(
            [
                {
                    "id": 1,
                    "name": "模型",
                    "attributes": [{"name": "款", "options": [GUN]}],
                    "images": [{"src": "https://a.example/1.jpg", "alt": ""}],
                }
            ]
        ),
        "attributes[0].options[0]",
    ),
    Export(
        "image_alt.json",
        document([{"id": 1, "name": "模型", "images": [{"src": "https://a.example/1.jpg", "alt": GUN}]}]),
        "images[0].alt",
    ),
    Export("key_is_text.json", document([{**_PRODUCT, "规格": {GUN: "黑"}}]), "规格"),
    Export("json_gbk.json", document([{**_PRODUCT, "卖点": GUN}], "gbk"), "卖点"),
    Export("json_wide.json", document([{**_PRODUCT, "卖点": GUN}], "utf-16"), "卖点"),
    Export(
        "objects.json",
        document({**_PRODUCT, "卖点": "好"}, indent=1) + b"\n" + document({**_PRODUCT, "卖点": GUN}, indent=1),
        "卖点",
    ),
    Export("shop_named.json", document({"name": GUN, "items": [_PRODUCT]}), "title"),
    Export("beside.json", document({"notice": f"本店有 {GUN}", "items": [_PRODUCT]}), "", "notice"),
    Export(
        "graphql.json", document({"data": {"products": {"edges": [{"node": {**_PRODUCT, "tags": [GUN]}}]}}}), "", "node"
    ),
    Export("cut_off.json", document([_PRODUCT, {**_PRODUCT, "卖点": GUN}])[:-3], "row", "JSON"),
    Export(
        "broken_line.jsonl", document(_PRODUCT) + b"\n" + document({**_PRODUCT, "p": GUN})[:-1] + b"\n", "row", "JSON"
    ),
    # Other formats
    Export("nested.parquet", _parquet(), "attributes.材质"),
    Export("book.xlsx", _xlsx(), "", "CSV UTF-8"),
    Export("table.xls", f"<html><table><tr><td>标题</td></tr><tr><td>{GUN}</td></tr></table>".encode(), "", "CSV"),
    Export("google.xml", _RSS, "", "XML"),
    Export("packed.csv.gz", gzip.compress(table("编号,标题", {"编号": "1", "标题": GUN})), "", "gunzip"),
    # Tables as people leave them
    Export("wide_be.csv", "\ufeff编号,标题,卖点\n1,模型,仿真枪\n".encode("utf-16-be"), "卖点"),
    Export(
        "big5.csv",
        table(
            "商品編號,商品名稱,商品描述,備註",
            {"商品編號": "1", "商品名稱": "模型飛機", "備註": "仿真槍專賣"},
            encoding="big5",
        ),
        "備註",
    ),
    Export("semicolon.csv", "sep=;\n编号;标题;卖点\n1;模型,小;仿真枪\n".encode(), "卖点"),
    Export("pipe.csv", "编号|标题|卖点\n1|模型|仿真枪\n".encode(), "卖点"),
    Export(
        "above.csv",
        "某店商品表,,\n导出时间,2026-01-01,\n\n编号,标题,卖点\n1,模型,仿真枪\n".encode(),
        "卖点",
        "某店商品表",
    ),
    Export("above_gun.csv", "仿真枪专卖店\n编号,标题\n1,模型\n".encode(), "", "仿真枪专卖店"),
    Export("blank_first.csv", "\ufeff\r\n\r\n编号,标题,卖点\r\n1,模型,仿真枪\r\n".encode(), "卖点"),
    Export("old_mac.csv", "编号,标题,卖点\r1,模型,仿真枪\r".encode(), "卖点"),
    Export("lines_in_cells.csv", '编号,标题,卖点\r\n1,模型,"一\r\n仿真枪\r\n"\r\n'.encode(), "卖点"),
    Export("ragged.csv", "编号,标题\n1,模型,玩具,仿真枪\n".encode(), "column_4"),
    Export("no_header_name.csv", "编号,标题,\n1,模型,仿真枪\n".encode(), "column_3"),
    Export("no_title.csv", "编号,标题,卖点\n1,,仿真枪\n".encode(), "卖点", "标题"),
    Export("quotes.csv", '编号,标题,卖点\n1,"模型,仿真枪\n'.encode(), "卖点", "2"),
    Export("quotes_inside.csv", '编号,标题,卖点\n1,"a"b,仿真枪\n'.encode(), "卖点", "2"),
    Export("nul.csv", "编号,标题,卖点\n1,模型,仿\0真枪\n".encode(), "卖点", "NUL"),
    Export("bad_bytes.csv", "编号,标题,卖点\n1,模型好,仿真枪|\n".encode().replace(b"|", b"\xff"), "卖点", "卖点"),
    Export(
        "two_encodings.csv",
        "编号,标题,卖点\n1,模型,好\n2,书本,好\n".encode() + "3,模型,仿真枪\n".encode("gbk"),
        "卖点",
        "标题",
    ),
    Export("gun_as_id.csv", "编号,标题\n仿真枪,模型\n".encode(), "编号"),
    Export("gun_as_picture.csv", "编号,标题,图片\n1,模型,仿真枪\n".encode(), "图片"),
    Export("gun_as_link.csv", "编号,标题,商品链接\n1,模型,仿真枪 加我\n".encode(), "商品链接"),
    Export("gun_as_price.csv", "编号,标题,价格\n1,模型,仿真枪 99\n".encode(), "价格"),
    Export("gun_as_licence.csv", "编号,标题,licences\n1,模型,仿真枪\n".encode(), "texts.licences", "licences"),
    Export("titles.txt", f"短袖\n{GUN}\n".encode("gbk"), "title"),
)
