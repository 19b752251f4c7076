"""Every sentence of the pages, Vietnamese and English side by side; those of the panel stand in panel_words.py."""

import re

from federation.national_mock.entry_words import ENTRY_WORDS
from federation.national_mock.panel_words import PANEL_WORDS
from federation.national_mock.scan_words import SCAN_WORDS

WORDS: dict[str, tuple[str, str]] = {
    **PANEL_WORDS,
    **ENTRY_WORDS,
    **SCAN_WORDS,
    "name": ("Định danh quốc gia", "National identity"),
    "simulated": ("mô phỏng", "simulation"),
    "banner.strong": ("MÔ PHỎNG", "SIMULATION"),
    "banner.text": ("không phải VNeID, dữ liệu không có thật", "not VNeID, and no data here is real"),
    "banner.label": ("Trang mô phỏng", "This is a simulation"),
    "skip": ("Đến nội dung chính", "Skip to main content"),
    "language": ("Ngôn ngữ", "Language"),
    "footer": (
        "Trang này chỉ để trình diễn và kiểm thử, không thuộc cơ quan nào.",
        "This site is for demonstrations and tests only and belongs to no agency.",
    ),
    "footer.warning": (
        "Không nhập số định danh hay mật khẩu thật.",
        "Do not type a real ID number or password.",
    ),
    "continue_to": ("Đăng nhập để tiếp tục đến", "Sign in to continue to"),
    "steps": ("Các bước đăng nhập", "Steps of signing in"),
    "step.of": ("Bước {at}/{all}", "Step {at} of {all}"),
    "step.password": ("Mật khẩu", "Password"),
    "step.otp": ("Mã xác thực", "One-time code"),
    "step.face": ("Khớp khuôn mặt", "Face match"),
    "step.done": ("đã xong", "done"),
    "step.current": ("đang làm", "current"),
    "cancel": ("Hủy và quay lại", "Cancel and go back"),
    "problem": ("Chưa tiếp tục được", "There is a problem"),
    "error.prefix": ("Lỗi: ", "Error: "),
    "login.title": ("Đăng nhập tài khoản định danh", "Sign in to the identity account"),
    "login.number": ("Số định danh", "ID number"),
    "login.number.hint": (
        "Công dân: 12 chữ số. Tổ chức: mã số thuế hoặc TechID.",
        "Citizens: 12 digits. Organisations: tax code or TechID.",
    ),
    "login.password": ("Mật khẩu", "Password"),
    "login.submit": ("Đăng nhập", "Sign in"),
    "personas": ("Tài khoản mẫu để thử", "Demonstration accounts"),
    "personas.intro": (
        "Những người và tổ chức dưới đây do máy đặt ra. Chọn một tài khoản để điền sẵn vào mẫu.",
        "These people and organisations are made up. Choose one to fill in the form.",
    ),
    "personas.number": ("Số", "Number"),
    "personas.password": ("Mật khẩu", "Password"),
    "personas.fill": ("Điền", "Fill in"),
    "type.citizen": ("Công dân", "Citizen"),
    "type.enterprise": ("Doanh nghiệp", "Enterprise"),
    "type.organisation": ("Tổ chức", "Organisation"),
    "level": ("mức độ 0{level}", "level 0{level}"),
    "otp.title": ("Nhập mã xác thực", "Enter the one-time code"),
    "otp.intro": (
        "Mã gồm 6 chữ số vừa được gửi đến điện thoại giả lập của tài khoản này. Mã dùng được đến {time}.",
        "A 6-digit code was sent to the pretend phone of this account. It works until {time}.",
    ),
    "otp.label": ("Mã xác thực", "One-time code"),
    "otp.hint": ("6 chữ số", "6 digits"),
    "otp.submit": ("Xác nhận", "Confirm"),
    "otp.resend": ("Gửi mã mới", "Send a new code"),
    "otp.restart": ("Dùng số khác", "Use another number"),
    "otp.phone.show": ("Xem tin nhắn tại đây", "Read the message here"),
    "otp.phone.open": ("Mở điện thoại giả lập", "Open the pretend phone"),
    "new_tab": ("mở thẻ mới", "opens a new tab"),
    "phone.title": ("Điện thoại giả lập", "Pretend phone"),
    "phone.intro": (
        "Đây là điện thoại của chủ tài khoản. Chép mã sang trang đăng nhập.",
        "This is the account holder's phone. Copy the code to the sign-in page.",
    ),
    "phone.sender": ("Định danh (mô phỏng)", "Identity (simulation)"),
    "phone.message": ("Mã xác thực", "One-time code"),
    "phone.warning": (
        "Không đưa mã cho bất kỳ ai, kể cả người tự xưng là cán bộ.",
        "Give this code to nobody, not even to someone who says they are an official.",
    ),
    "phone.empty": ("Không có tin nhắn mới.", "No new messages."),
    "face.title": ("Khớp khuôn mặt", "Face match"),
    "face.intro": (
        "Hệ thống thật sẽ chụp và so khuôn mặt với ảnh đã đăng ký. Ở đây không có máy ảnh, không có ảnh.",
        "A real system would compare your face with the picture on record. There is no camera here.",
    ),
    "face.match": ("Mô phỏng khớp khuôn mặt", "Simulate a face match"),
    "face.mismatch": ("Mô phỏng không khớp", "Simulate a mismatch"),
    "refused.title": ("Tài khoản không dùng được", "This account cannot be used"),
    "refused.locked": (
        "Tài khoản đang bị khóa. Mở khóa tại cơ quan công an nơi gần nhất.",
        "The account is locked. It can be unlocked at the nearest police office.",
    ),
    "refused.deceased": (
        "Tài khoản đã khóa vì chủ tài khoản đã mất.",
        "The account is closed because its holder has died.",
    ),
    "refused.expired_card": (
        "Thẻ căn cước đã hết hạn. Đổi thẻ tại cơ quan công an để dùng lại tài khoản.",
        "The identity card has expired. Renew it at a police office to use the account again.",
    ),
    "refused.dissolved": (
        "Tổ chức đã giải thể hoặc ngừng hoạt động.",
        "The organisation has been dissolved or has stopped operating.",
    ),
    "refused.return": ("Quay lại dịch vụ", "Return to the service"),
    "error.title": ("Không thực hiện được yêu cầu", "The request cannot be carried out"),
    "error.request": (
        "Địa chỉ hoặc dữ liệu gửi đến không đúng. Quay lại dịch vụ và bắt đầu lại.",
        "The address or the data sent is not right. Return to the service and start again.",
    ),
    "error.client": (
        "Dịch vụ gửi đến đây không được biết, hoặc gửi sai địa chỉ quay lại. Có thể đây là trang giả.",
        "The service that sent you here is not known, or gave a wrong return address. It may be a fake site.",
    ),
    "error.flow": (
        "Lần đăng nhập này đã hết hạn, đã xong hoặc mở ở trình duyệt khác. Bắt đầu lại từ dịch vụ.",
        "This sign-in has run out, is finished or belongs to another browser. Start again at the service.",
    ),
    "error.forbidden": (
        "Yêu cầu không đến từ trang này nên bị từ chối.",
        "The request did not come from this site and was refused.",
    ),
    "error.not_found": ("Không có trang này.", "There is no such page."),
    "error.method": ("Trang này không nhận cách gửi đó.", "This page does not take that method."),
    "error.empty": ("Nhập số định danh và mật khẩu.", "Enter the ID number and the password."),
    "error.credentials": (
        "Số định danh hoặc mật khẩu không đúng. Kiểm tra rồi nhập lại.",
        "The ID number or the password is wrong. Check both and try again.",
    ),
    "error.throttled": (
        "Đã thử sai quá nhiều lần. Thử lại sau {minutes} phút.",
        "Too many wrong tries. Try again in {minutes} minutes.",
    ),
    "error.otp": (
        "Mã xác thực không đúng. Xem lại tin nhắn rồi nhập lại.",
        "The code is wrong. Check the message and try again.",
    ),
    "error.otp_expired": (
        "Mã xác thực đã hết hạn. Chọn “Gửi mã mới”.",
        "The code has run out. Choose “Send a new code”.",
    ),
    "error.face": (
        "Khuôn mặt không khớp. Thử lại hoặc hủy.",
        "The face does not match. Try again or cancel.",
    ),
    "home.title": ("Hệ thống định danh quốc gia mô phỏng", "The simulated national identity system"),
    "home.text": (
        "Người dùng đến đây từ một dịch vụ cần đăng nhập. Muốn thử, hãy bắt đầu từ dịch vụ đó.",
        "People come here from a service that needs a sign-in. To try it, start from that service.",
    ),
    "profile.title": ("Trang tài khoản", "Account page"),
    "profile.intro": (
        "Trình duyệt này đang đăng nhập ở các dịch vụ sau bằng tài khoản định danh.",
        "This browser is signed in to these services with the identity account.",
    ),
    "profile.none": (
        "Trình duyệt này chưa đăng nhập ở dịch vụ nào.",
        "This browser is not signed in anywhere.",
    ),
    "profile.sign_out": ("Đăng xuất khỏi tất cả", "Sign out of all"),
    "signed_out.text": (
        "Đã kết thúc {ended} phiên đăng nhập của trình duyệt này.",
        "Ended {ended} sign-ins of this browser.",
    ),
    "signed_out.heard": ("{heard} dịch vụ đã nhận được tin.", "{heard} services have been told."),
    "signed_out.silent": (
        "{silent} dịch vụ chưa trả lời: có thể vẫn còn đăng nhập ở đó.",
        "{silent} services did not answer: you may still be signed in there.",
    ),
    "signed_out.frame": ("Báo cho dịch vụ", "Tells the service"),
    "logout.title": ("Đã đăng xuất", "Signed out"),
    "logout.text": (
        "Mỗi lần đăng nhập đều hỏi lại mật khẩu.",
        "Every sign-in asks for the password again.",
    ),
    "maintenance.title": ("Hệ thống đang bảo trì", "The system is under maintenance"),
    "maintenance.text": ("Thử lại sau ít phút.", "Try again in a few minutes."),
}
LANGUAGES = ("vi", "en")
_MOST_ACCEPTED = 20
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def say(language: str, key: str, **values: object) -> str:
    """One sentence in one language."""
    return WORDS[key][LANGUAGES.index(language)].format(**values)


def first_known(ui_locales: str) -> str | None:
    """The first language of ours in a space-separated list of tags – OpenID Connect Core §3.1.2.1."""
    for tag in ui_locales.split():
        language = tag.split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return None


def first_accepted(header: str) -> str | None:
    """The best language of ours in Accept-Language – RFC 9110 §12.5.4; a bad weight counts as none."""
    weighted = []
    for part in header.split(",")[:_MOST_ACCEPTED]:
        tag, _, weight = part.replace(" ", "").partition(";q=")
        if not weight or _WEIGHT.fullmatch(weight):
            weighted.append((float(weight or 1), tag))
    best_first = sorted((one for one in weighted if one[0] > 0), key=lambda one: -one[0])
    return first_known(" ".join(tag for _, tag in best_first))
