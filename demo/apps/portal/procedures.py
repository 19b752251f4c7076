"""The procedures on offer: a small, invented selection in the shape of the national list."""

from dataclasses import dataclass

from demo.apps.common.acting import Kind
from demo.apps.common.words import Words
from demo.apps.portal.fields import Field

_CIVIL = Words("Hộ tịch", "Civil status")
_COMMUNE = Words("Ủy ban nhân dân cấp xã", "Commune People's Committee")
_FREE = Words("Miễn phí", "Free of charge")
_SAME_DAY = Words("Trong ngày làm việc", "Within the working day")


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure:
    """One administrative procedure."""

    slug: str
    icon: str
    name: Words
    area: Words
    agency: Words
    takes: Words
    fee: Words
    result: Words
    """The paper that comes of it, as the data store will name it."""
    brings: tuple[Words, ...]
    """What to have at hand."""
    fields: tuple[Field, ...]
    applicants: tuple[Kind, ...] = ("person",)
    """For whom it may be filed."""
    area_of_power: str = ""
    """The area a power to act for an organisation must reach into; empty: any power does."""


_BIRTH = Procedure(
    slug="birth-registration",
    icon="child",
    name=Words("Đăng ký khai sinh", "Register a birth"),
    area=_CIVIL,
    agency=_COMMUNE,
    takes=_SAME_DAY,
    fee=_FREE,
    result=Words("Hồ sơ đăng ký khai sinh", "Birth registration file"),
    brings=(
        Words("Giấy chứng sinh của bệnh viện", "The hospital's certificate of birth"),
        Words("Giấy chứng nhận kết hôn của cha mẹ, nếu có", "The parents' marriage certificate, if any"),
    ),
    fields=(
        Field(name="child-name", label=Words("Họ và tên của trẻ", "Child's full name")),
        Field(
            name="birth-date",
            label=Words("Ngày sinh", "Date of birth"),
            hint=Words("Ví dụ: 14/3/2026", "For example 14/3/2026"),
            is_date=True,
        ),
        Field(
            name="sex",
            label=Words("Giới tính của trẻ", "Child's sex"),
            choices=(Words("Nữ", "Female"), Words("Nam", "Male")),
        ),
        Field(
            name="birth-place",
            label=Words("Nơi sinh", "Place of birth"),
            hint=Words("Tên bệnh viện, phường hoặc xã", "Hospital, ward or commune"),
        ),
        Field(
            name="relation",
            label=Words("Quan hệ của người nộp với trẻ", "Applicant's relation to the child"),
            choices=(
                Words("Mẹ", "Mother"),
                Words("Cha", "Father"),
                Words("Ông, bà hoặc người thân khác", "Grandparent or other relative"),
            ),
        ),
    ),
)

_SHOP = Procedure(
    slug="household-business-reissue",
    icon="shop",
    name=Words(
        "Cấp lại giấy chứng nhận đăng ký hộ kinh doanh",
        "Reissue a household business registration certificate",
    ),
    area=Words("Kinh doanh", "Business"),
    agency=_COMMUNE,
    takes=Words("3 ngày làm việc", "3 working days"),
    fee=Words("100.000 đồng", "100,000 dong"),
    result=Words("Hồ sơ cấp lại giấy đăng ký hộ kinh doanh", "Household business reissue file"),
    brings=(
        Words("Tên và địa chỉ hộ kinh doanh đã đăng ký", "The registered name and address of the business"),
    ),
    applicants=("person", "organisation"),
    area_of_power="business-registration",
    fields=(
        Field(name="business-name", label=Words("Tên hộ kinh doanh", "Name of the business")),
        Field(
            name="business-address",
            label=Words("Địa chỉ kinh doanh", "Business address"),
            hint=Words("Số nhà, đường, phường hoặc xã", "Number, street, ward or commune"),
        ),
        Field(
            name="reason",
            label=Words("Lý do cấp lại", "Reason for reissue"),
            choices=(
                Words("Bị mất", "Lost"),
                Words("Bị rách hoặc hỏng", "Torn or damaged"),
                Words("Lý do khác", "Other"),
            ),
        ),
        Field(
            name="note",
            label=Words("Ghi chú cho cán bộ xử lý", "Note to the official"),
            is_long=True,
            is_optional=True,
        ),
    ),
)

_RESIDENCE = Procedure(
    slug="residence-confirmation",
    icon="home",
    name=Words("Xác nhận thông tin về cư trú", "Confirm residence information"),
    area=Words("Cư trú", "Residence"),
    agency=Words("Công an cấp xã", "Commune police"),
    takes=Words("Nửa ngày làm việc", "Half a working day"),
    fee=_FREE,
    result=Words("Hồ sơ xác nhận thông tin về cư trú", "Residence confirmation file"),
    brings=(),
    applicants=("person", "ward"),
    fields=(
        Field(
            name="residence",
            label=Words("Nơi cư trú cần xác nhận", "Residence to confirm"),
            hint=Words("Số nhà, đường, phường hoặc xã", "Number, street, ward or commune"),
        ),
        Field(
            name="content",
            label=Words("Nội dung xác nhận", "What to confirm"),
            choices=(
                Words("Nơi thường trú", "Permanent residence"),
                Words("Nơi tạm trú", "Temporary residence"),
                Words("Các thành viên trong hộ", "Members of the household"),
            ),
        ),
        Field(
            name="purpose",
            label=Words("Mục đích sử dụng", "Purpose"),
            hint=Words("Ví dụ: nhập học, vay vốn", "For example school admission, a loan"),
        ),
    ),
)

_EXTRACT = Procedure(
    slug="civil-status-extract",
    icon="copy",
    name=Words("Cấp bản sao trích lục hộ tịch", "Copy of a civil status extract"),
    area=_CIVIL,
    agency=_COMMUNE,
    takes=_SAME_DAY,
    fee=Words("8.000 đồng một bản", "8,000 dong per copy"),
    result=Words("Hồ sơ cấp bản sao trích lục hộ tịch", "Civil status extract file"),
    brings=(Words("Năm và nơi đã đăng ký, nếu nhớ", "Year and place of registration, if known"),),
    applicants=("person", "ward"),
    fields=(
        Field(
            name="kind",
            label=Words("Loại trích lục", "Kind of extract"),
            choices=(Words("Khai sinh", "Birth"), Words("Kết hôn", "Marriage"), Words("Khai tử", "Death")),
        ),
        Field(
            name="registered-name",
            label=Words("Họ và tên người được đăng ký", "Full name of the registered person"),
        ),
        Field(
            name="copies",
            label=Words("Số bản", "Number of copies"),
            choices=tuple(Words(str(number), str(number)) for number in range(1, 6)),
        ),
    ),
)

_SINGLE = Procedure(
    slug="marital-status",
    icon="ring",
    name=Words("Cấp giấy xác nhận tình trạng hôn nhân", "Certificate of marital status"),
    area=_CIVIL,
    agency=_COMMUNE,
    takes=Words("3 ngày làm việc", "3 working days"),
    fee=Words("15.000 đồng", "15,000 dong"),
    result=Words("Hồ sơ xác nhận tình trạng hôn nhân", "Marital status file"),
    brings=(),
    fields=(
        Field(
            name="purpose",
            label=Words("Mục đích sử dụng", "Purpose"),
            choices=(
                Words("Đăng ký kết hôn", "Marriage registration"),
                Words("Mua bán nhà, đất", "Property transaction"),
                Words("Việc khác", "Other"),
            ),
        ),
        Field(
            name="since",
            label=Words("Cư trú tại Hải Phòng từ ngày", "Resident in Hải Phòng since"),
            hint=Words("Ví dụ: 14/3/2016", "For example 14/3/2016"),
            is_date=True,
        ),
    ),
)

_HOUSE = Procedure(
    slug="house-number",
    icon="number",
    name=Words("Cấp số nhà", "Assign a house number"),
    area=Words("Nhà ở", "Housing"),
    agency=_COMMUNE,
    takes=Words("5 ngày làm việc", "5 working days"),
    fee=_FREE,
    result=Words("Hồ sơ cấp số nhà", "House number file"),
    brings=(Words("Giấy chứng nhận quyền sử dụng đất", "The land use certificate"),),
    fields=(
        Field(
            name="where",
            label=Words("Vị trí nhà", "Location of the house"),
            hint=Words(
                "Đường, ngõ, tổ dân phố, phường hoặc xã", "Street, lane, neighbourhood, ward or commune"
            ),
        ),
        Field(
            name="plot",
            label=Words("Số thửa đất", "Plot number"),
            is_optional=True,
        ),
    ),
)

_SCHOOL = Procedure(
    slug="school-admission",
    icon="school",
    name=Words("Đăng ký dự tuyển vào trường công lập", "Apply for a place at a public school"),
    area=Words("Giáo dục", "Education"),
    agency=Words("Trường nơi đăng ký", "The school"),
    takes=Words("10 ngày làm việc", "10 working days"),
    fee=_FREE,
    result=Words("Hồ sơ đăng ký dự tuyển", "School admission file"),
    brings=(Words("Tên trường muốn đăng ký", "The name of the school"),),
    applicants=("ward",),
    fields=(
        Field(name="school", label=Words("Trường đăng ký", "School")),
        Field(
            name="grade",
            label=Words("Vào lớp", "Grade"),
            choices=(Words("Lớp 1", "Grade 1"), Words("Lớp 6", "Grade 6"), Words("Lớp 10", "Grade 10")),
        ),
    ),
)

_COMPANY = Procedure(
    slug="company-change",
    icon="building",
    name=Words("Thông báo thay đổi nội dung đăng ký doanh nghiệp", "Notify a change of company registration"),
    area=Words("Kinh doanh", "Business"),
    agency=Words("Sở Tài chính", "Department of Finance"),
    takes=Words("3 ngày làm việc", "3 working days"),
    fee=_FREE,
    result=Words("Hồ sơ thay đổi đăng ký doanh nghiệp", "Company change file"),
    brings=(Words("Nội dung muốn thay đổi", "What is to change"),),
    applicants=("organisation",),
    area_of_power="business-registration",
    fields=(
        Field(
            name="what",
            label=Words("Nội dung thay đổi", "What changes"),
            choices=(
                Words("Địa chỉ liên hệ", "Contact address"),
                Words("Ngành, nghề kinh doanh", "Line of business"),
                Words("Nội dung khác", "Something else"),
            ),
        ),
        Field(name="change", label=Words("Nội dung mới", "The new content"), is_long=True),
    ),
)

_TAX = Procedure(
    slug="tax-confirmation",
    icon="coin",
    name=Words("Xác nhận thực hiện nghĩa vụ thuế", "Confirm that taxes are paid"),
    area=Words("Thuế", "Tax"),
    agency=Words("Thuế thành phố", "City tax office"),
    takes=Words("5 ngày làm việc", "5 working days"),
    fee=_FREE,
    result=Words("Hồ sơ xác nhận nghĩa vụ thuế", "Tax confirmation file"),
    brings=(),
    applicants=("organisation", "person"),
    area_of_power="tax",
    fields=(
        Field(
            name="year",
            label=Words("Năm cần xác nhận", "Year to confirm"),
            choices=tuple(Words(str(year), str(year)) for year in (2024, 2025, 2026)),
        ),
        Field(name="purpose", label=Words("Mục đích sử dụng", "Purpose")),
    ),
)

PROCEDURES: dict[str, Procedure] = {
    procedure.slug: procedure
    for procedure in (
        _BIRTH,
        _SCHOOL,
        _COMPANY,
        _TAX,
        _SHOP,
        _RESIDENCE,
        _EXTRACT,
        _SINGLE,
        _HOUSE,
    )
}
"""All there are, by slug."""
