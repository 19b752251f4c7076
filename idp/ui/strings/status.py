"""Words of `/status`: which services take which ways to sign in now (PAGES §3.1.10)."""

VI = {
    "status_title": "Dịch vụ nào đang dùng được",
    "status_lead": "Lúc này đăng nhập được vào dịch vụ nào, bằng cách nào.",
    "status_at": "Tình trạng lúc {at}. Tải lại trang để xem tình trạng mới.",
    "status_up": "Đang nhận đăng nhập",
    "status_down": "Đang gián đoạn",
    "status_down_since": "Từ {since}. Chưa biết khi nào hoạt động trở lại.",
    "status_planned": "Đang bảo trì theo kế hoạch",
    "status_planned_from": "Từ {since} đến {until}.",
    "status_go_on": "Người đã đăng nhập từ trước vẫn dùng tiếp được.",
    "status_by": "Đăng nhập được bằng {ways}",
    "status_or": "hoặc",
    "status_way_national": "{upstream}",
    "status_way_passkey": "khóa truy cập",
    "status_way_password": "mật khẩu và mã xác thực",
    "status_way_code": "mã gửi đến",
    "status_way_phone": "điện thoại đã đăng nhập (quét mã QR)",
    "status_prepared": "Khóa truy cập và mật khẩu của Hải Phòng ID chỉ dùng được nếu đã có từ trước.",
    "status_none": "Chưa đăng nhập được",
    "status_none_text": (
        "Lúc này không có cách đăng nhập nào dùng được ở đây. Không cần thử lại nhiều lần. "
        "Việc gấp có thể làm tại bộ phận một cửa."
    ),
    "status_no_services": "Chưa có dịch vụ nào dùng Hải Phòng ID.",
    "status_more": (
        "Còn {n} dịch vụ khác không kể ở đây. Trang đăng nhập của từng dịch vụ cho biết cách đang dùng được."
    ),
}

EN = {
    "status_title": "Which services work",
    "status_lead": "Which services people can sign in to now, and how.",
    "status_at": "As of {at}. Reload the page to see how things are.",
    "status_up": "Taking sign-ins",
    "status_down": "Disrupted",
    "status_down_since": "Since {since}. When it will work again is not known.",
    "status_planned": "Planned maintenance",
    "status_planned_from": "From {since} to {until}.",
    "status_go_on": "People who are already signed in can go on.",
    "status_by": "Sign in with {ways}",
    "status_or": "or",
    "status_way_national": "{upstream}",
    "status_way_passkey": "a passkey",
    "status_way_password": "a password and code",
    "status_way_code": "a code that is sent",
    "status_way_phone": "a phone that is signed in (QR code)",
    "status_prepared": "A Hải Phòng ID passkey or password works only for people who already have one.",
    "status_none": "No sign-in now",
    "status_none_text": (
        "No way of signing in works here now. There is no need to keep trying. "
        "What is urgent can be done at a one-stop desk."
    ),
    "status_no_services": "No services use Hải Phòng ID yet.",
    "status_more": (
        "{n:other service is|other services are} not listed here. The sign-in page of each says what works."
    ),
}
