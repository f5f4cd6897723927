"""Forms made for the tests, of what neither the programme's forms nor the public examples have together."""

from __future__ import annotations

from base64 import b64encode

from pyxform.xls2xform import convert


def xform(text: str) -> str:
    """An XForm from sheets written as Markdown."""
    return str(convert(xlsform=text, file_type=".md").xform)


EVERYTHING = xform(
    """
| survey |
| | type | name | label::English (en) | label::Tiếng Việt (vi) | hint::English (en) | hint::Tiếng Việt (vi) | guidance_hint::English (en) | guidance_hint::Tiếng Việt (vi) | required | required_message::English (en) | required_message::Tiếng Việt (vi) | relevant | constraint | constraint_message::English (en) | constraint_message::Tiếng Việt (vi) | calculation | appearance | choice_filter | parameters | repeat_count | default | read_only | media::image::English (en) | media::audio::English (en) | media::big-image::English (en) |
| | start | start | | | | | | | | | | | | | | | | | | | | | | | |
| | end | end | | | | | | | | | | | | | | | | | | | | | | | |
| | username | who | | | | | | | | | | | | | | | | | | | | | | | |
| | text | her_name | What is she called? | Chị tên gì? | As people call her | Tên thường gọi | Ask her, not her husband. | Hỏi chị, không hỏi chồng. | yes | Her name is needed. | Cần tên của chị. | | | | | | | | | | | | | | |
| | integer | age | How old is she? | Chị bao nhiêu tuổi? | | | | | | | | | . > 9 and . < 70 | Between 10 and 69, please. | Từ 10 đến 69. | | | | | | | | how.png | how.mp3 | large.png |
| | select_one province | province | Which province? | Tỉnh nào? | | | | | | | | | | | | | | | | | | | | | |
| | select_one district | district | Which district? | Huyện nào? | | | | | | | | | | | | | | province = ${province} | | | | | | | |
| | select_multiple sign | signs | What does she have? | Chị có gì? | | | | | | | | | | | | | | | | | | | | | |
| | calculate | signs_told | | | | | | | | | | | | | | count-selected(${signs}) | | | | | | | | | |
| | note | many | She told **${signs_told}** things, ${her_name}. | Chị nói ${signs_told} điều. | | | | | | | | ${signs_told} > 1 | | | | | | | | | | | | | |
| | rank sign | worst | What is worst? | Nặng nhất? | | | | | | | | | | | | | | | | | | | | | |
| | range | pain | How much pain? | Đau thế nào? | | | | | | | | | | | | | | | start=0 end=10 step=1 | | | | | | |
| | date | born | When was she born? | Sinh khi nào? | | | | | | | | | | | | | month-year | | | | | | | | |
| | date | seen | Which day? | Ngày nào? | | | | | | | | | | | | | | | | | | | | | |
| | image | photo | The page of her book | Trang sổ | | | | | | | | | | | | | | | | | | | | | |
| | acknowledge | told_her | She has heard it | Chị đã nghe | | | | | | | | | | | | | | | | | | | | | |
| | barcode | card | Her card | Thẻ | | | | | | | | | | | | | | | | | | | | | |
| | text | from_before | Written before | Có sẵn | | | | | | | | | | | | | | | | | kept | yes | | | |
| | begin_group | body | Her body | Cơ thể | | | | | | | | | | | | | field-list | | | | | | | | |
| | decimal | weight | Weight in kg | Cân nặng | | | | | | | | | | | | | | | | | | | | | |
| | decimal | height | Height in m | Chiều cao | | | | | | | | | | | | | | | | | | | | | |
| | calculate | bmi | | | | | | | | | | | | | | round(${weight} div (${height} * ${height}), 1) | | | | | | | | | |
| | end_group | | | | | | | | | | | | | | | | | | | | | | | | |
| | begin_repeat | child | Child | Con | | | | | | | | | | | | | | | | | | | | | |
| | text | child_name | The child's name | Tên con | | | | | | | | | | | | | | | | | | | | | |
| | date | child_born | The child's birthday | Ngày sinh | | | | | | | | | | | | | month-year | | | | | | | | |
| | end_repeat | | | | | | | | | | | | | | | | | | | | | | | | |
| | text | last | Anything else? | Còn gì nữa? | | | | | | | | | | | | | multiline | | | | | | | | |
| choices |
| | list_name | name | label::English (en) | label::Tiếng Việt (vi) | province | media::image::English (en) |
| | province | rk | Ratanakiri | Ratanakiri | | |
| | province | bk | Bac Kan | Bắc Kạn | | |
| | district | lumphat | Lumphat | Lumphat | rk | |
| | district | banlung | Ban Lung | Ban Lung | rk | |
| | district | babe | Ba Be | Ba Bể | bk | |
| | sign | fever | Fever | Sốt | | fever.png |
| | sign | bleeding | Bleeding | Ra máu | | bleeding.png |
| | sign | swelling | Swelling | Phù | | |
| settings |
| | form_id | version | default_language |
| | everything | 3 | English (en) |
"""
)

VILLAGES = xform(
    """
| survey |
| | type | name | label | appearance | choice_filter |
| | select_one_from_file villages.csv | village | Which village? | | |
| | text | shown | The hidden one is ${village} | | |
| settings |
| | form_id | version |
| | villages | 1 |
"""
)
DEVICES = xform(
    """
| survey |
| | type | name | label |
| | barcode | card | Her card |
| | audio | voice | What she says |
| | geopoint | house | Her house |
| | geoshape | field | The field |
| | time | hour | At what hour? |
| | dateTime | moment | Day and hour |
| settings |
| | form_id | version |
| | devices | 1 |
"""
)
VILLAGES_CSV = "data:text/csv;base64," + b64encode(
    "\n".join(["name,label", *(f"v{at},Bản Đồng Én {at}" for at in range(300))]).encode()
).decode()  # fmt: skip


# A square of one colour, as the form's own pictures.
def square(colour: str) -> str:
    drawn = f"<svg xmlns='http://www.w3.org/2000/svg' width='320' height='200'><rect width='320' height='200' rx='20' fill='{colour}'/></svg>"
    return "data:image/svg+xml," + drawn.replace("#", "%23").replace("<", "%3C").replace(">", "%3E")


MEDIA = {
    "how.png": square("#86cfd4"), "large.png": square("#0b4f5c"), "fever.png": square("#f2b64f"), "bleeding.png": square("#8a0f1d"),
    "how.mp3": "data:audio/mpeg;base64,//uQ",
}  # fmt: skip
