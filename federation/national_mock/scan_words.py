"""The sentences of signing in by QR code, Vietnamese and English side by side."""

SCAN_WORDS: dict[str, tuple[str, str]] = {
    "scan.or": ("Hoặc quét mã QR", "Or scan the QR code"),
    "scan.title": ("Quét mã bằng điện thoại", "Scan with a phone"),
    "scan.picture": ("Mã QR để quét bằng điện thoại", "QR code to scan with a phone"),
    "scan.step1": ("Mở camera, quét mã.", "Open the camera, scan."),
    "scan.step2": ("Kiểm tra tên dịch vụ trên điện thoại.", "Check the service name on the phone."),
    "scan.step3": ("Nhập số này vào điện thoại:", "Enter this number on the phone:"),
    "scan.typed": ("Không quét được? Mở {phone} và nhập", "Can't scan? Open {phone} and enter"),
    "scan.done": ("Đã xác nhận trên điện thoại", "Confirmed on the phone"),
    "scan.password": ("Dùng mật khẩu", "Use the password"),
    "scan.confirmed": ("Điện thoại đã xác nhận.", "The phone has confirmed."),
    "scan.refused": (
        "Điện thoại đã từ chối, hoặc nhập sai số ba lần.",
        "The phone refused, or entered a wrong number three times.",
    ),
    "scan.go_on": ("Tiếp tục", "Continue"),
    "scan.new": ("Lấy mã mới", "Get a new code"),
    "error.scan_waiting": (
        "Chưa nhận được xác nhận. Bấm lại sau khi xong trên điện thoại.",
        "No confirmation yet. Press again when done on the phone.",
    ),
    "scan.phone.title": ("Điện thoại: xác nhận đăng nhập", "Phone: confirm a sign-in"),
    "scan.phone.question": (
        "Có phải đang đăng nhập trên máy khác?",
        "Are you signing in on another device?",
    ),
    "scan.phone.service": ("Dịch vụ", "Service"),
    "scan.phone.host": ("Địa chỉ", "Address"),
    "scan.phone.until": ("Mã dùng được đến", "The code works until"),
    "scan.phone.warning": (
        "Nếu có người gọi điện đọc số hoặc bảo quét mã: đó là lừa đảo. Bấm “Không phải tôi”.",
        "If someone on the phone reads you a number or tells you to scan: it is a scam. Press “Not me”.",
    ),
    "scan.phone.passcode": ("Mật mã của ứng dụng", "Passcode of the app"),
    "scan.phone.passcode.hint": (
        "Ở đây là mật khẩu của tài khoản mẫu.",
        "Here it is the password of the demonstration account.",
    ),
    "scan.phone.digits": ("Số đang hiện trên màn hình kia", "Number on the other screen"),
    "scan.phone.digits.hint": (
        "Hai chữ số. Chỉ nhập khi chính mình đang nhìn thấy màn hình đó.",
        "Two digits. Only enter it if you yourself can see that screen.",
    ),
    "scan.phone.confirm": ("Xác nhận", "Confirm"),
    "scan.phone.deny": ("Không phải tôi", "Not me"),
    "scan.phone.code": ("Mã trên màn hình kia", "Code on the other screen"),
    "scan.phone.code.hint": ("8 ký tự, ví dụ 2B4C-6D8F", "8 characters, for example 2B4C-6D8F"),
    "scan.phone.find": ("Tiếp tục", "Continue"),
    "scan.phone.confirmed": (
        "Đã xác nhận. Quay lại màn hình kia.",
        "Confirmed. Go back to the other screen.",
    ),
    "scan.phone.denied": ("Đã chặn lần đăng nhập đó.", "That sign-in was blocked."),
    "error.scan_code": (
        "Mã không đúng, đã hết hạn hoặc đã dùng. Lấy mã mới trên màn hình kia.",
        "The code is wrong, has run out or was used. Get a new one on the other screen.",
    ),
    "error.scan_digits": (
        "Số không khớp. Còn {left} lần thử.",
        "The number does not match. {left} tries left.",
    ),
}
