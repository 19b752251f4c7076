"""Words of the frame every page stands in, and of parts that many pages share (PAGES §3.0, §3.1.10)."""

VI = {
    "sending": "Đang gửi. Chờ trang trả lời, không cần bấm lại.",
    "print": "In trang này",
    "copy": "Sao chép",
    "copied": "Đã sao chép {n} mã. Dán vào nơi an toàn, chẳng hạn trình quản lý mật khẩu.",
    "copy_failed": "Trình duyệt không cho sao chép. Chọn các mã rồi sao chép bằng tay.",
    "save": "Lưu thành tệp văn bản",
    "saved": "Đã lưu tệp {name}. Chuyển tệp đến nơi an toàn, không để trong máy dùng chung.",
    "skip": "Đến nội dung chính",
    "about_page": "Về trang này",
    "test_environment": "Môi trường thử nghiệm\u00a0– dữ liệu không có thật",
    "official": "Trang chính thức của Hải Phòng.",
    "official_how": "Cách nhận biết",
    "official_text": (
        "Địa chỉ trên thanh trình duyệt phải đúng là {origin}. Nếu khác một chữ, hãy đóng trang. "
        "Hải Phòng ID không gửi đường dẫn cài ứng dụng và không gọi điện xin mã."
    ),
    "never_ask": (
        "Hải Phòng ID không gọi điện, không nhắn tin xin mật khẩu hay mã xác thực. Ai hỏi là lừa đảo. "
        "[Cách báo tin](/phong-lua-dao#report)"
    ),
    "title_page": "{title} – Hải Phòng ID",
    "title_error": "Lỗi: {title} – Hải Phòng ID",
    "face_admin": "Quản trị",
    "language_label": "Ngôn ngữ",
    "account_label": "Tài khoản",
    "sign_out": "Đăng xuất",
    "notice_upstream_cancelled": "Đã hủy ở trang {upstream}.",
    "notice_degraded": (
        "Đang dùng ở chế độ dự phòng: xem và soạn được, việc cần mức cao sẽ làm tiếp khi hệ thống trở lại."
    ),
    "banner_title": "Hệ thống định danh quốc gia đang gián đoạn",
    "banner_since": "Từ {since}.",
    "banner_city_sign_in": (
        "Người đã có khóa truy cập hoặc mật khẩu của Hải Phòng ID vẫn đăng nhập được vào một số dịch vụ."
    ),
    "banner_planned": "Bảo trì theo kế hoạch từ {since} đến {until}.",
    "banner_more": "Dịch vụ nào đang dùng được",
    "problem_summary": "Chưa tiếp tục được",
    "problem_label": "Lỗi:",
    "submit": "Tiếp tục",
    "cancel": "Hủy và quay lại",
    "show": "Hiện",
    "hide": "Ẩn",
    "rp_continue": "Tiếp tục đến",
    "rp_policy": '[Chính sách dữ liệu]({policy} "rp-policy") của {rp}.',
    "rp_tos": '[Điều khoản]({tos} "rp-tos") của {rp}.',
    "rp_policy_and_tos": (
        '[Chính sách dữ liệu]({policy} "rp-policy") và [điều khoản]({tos} "rp-tos") của {rp}.'
    ),
    "masked_id_number": "ba số cuối {last}",
    "masked_phone": "bắt đầu bằng {first}, kết thúc bằng {last}",
    "masked_email": "bắt đầu bằng {first}, kết thúc bằng {last}, tại {domain}",
    "masked_email_of_one": "bắt đầu bằng {first}, tại {domain}",
    "foot_label": "Thông tin và trợ giúp",
    "foot_help": "Trợ giúp",
    "foot_scam": "Phòng lừa đảo",
    "foot_privacy": "Bảo vệ dữ liệu cá nhân",
    "foot_lock": "Khóa tài khoản khẩn cấp",
    "foot_accessibility": "Trợ năng",
    "text_size_label": "Cỡ chữ",
    "text_size_normal": "Thường",
    "text_size_large": "Lớn",
    "text_size_larger": "Rất lớn",
    "theme_label": "Giao diện",
    "theme_device": "Theo thiết bị",
    "theme_light": "Sáng",
    "theme_dark": "Tối",
    "run_by": "Cơ quan quản lý: Ủy ban nhân dân thành phố Hải Phòng. Mã phiên bản {release}",
}

EN = {
    "sending": "Sending. Wait for the answer: there is no need to press again.",
    "print": "Print this page",
    "copy": "Copy",
    "copied": "{n:code|codes} copied. Paste where it is safe, such as a password manager.",
    "copy_failed": "The browser did not allow copying. Select the codes and copy them by hand.",
    "save": "Save as a text file",
    "saved": "Saved {name}. Move the file where it is safe; leave none on a shared computer.",
    "skip": "Skip to main content",
    "about_page": "About this page",
    "test_environment": "Test environment\u00a0– no real data",
    "official": "An official Hải Phòng website.",
    "official_how": "How to tell",
    "official_text": (
        "The address bar must read exactly {origin}. If one letter differs, close the page. "
        "Hải Phòng ID never sends app links and never phones to ask for a code."
    ),
    "never_ask": (
        "Hải Phòng ID never calls or texts to ask for a password or code. Anyone who asks is a fraudster. "
        "[How to report](/phong-lua-dao#report)"
    ),
    "title_page": "{title} – Hải Phòng ID",
    "title_error": "Error: {title} – Hải Phòng ID",
    "face_admin": "Administration",
    "language_label": "Language",
    "account_label": "Account",
    "sign_out": "Sign out",
    "notice_upstream_cancelled": "Cancelled at {upstream}.",
    "notice_degraded": (
        "In fallback mode: viewing and drafting work; acts that need the high level continue later."
    ),
    "banner_title": "The national e-ID system is disrupted",
    "banner_since": "Since {since}.",
    "banner_city_sign_in": (
        "People with a Hải Phòng ID passkey or password can still sign in to some services."
    ),
    "banner_planned": "Planned maintenance from {since} to {until}.",
    "banner_more": "Which services work",
    "problem_summary": "There is a problem",
    "problem_label": "Error:",
    "submit": "Continue",
    "cancel": "Cancel and go back",
    "show": "Show",
    "hide": "Hide",
    "rp_continue": "Continue to",
    "rp_policy": '[Data policy]({policy} "rp-policy") of {rp}.',
    "rp_tos": '[Terms]({tos} "rp-tos") of {rp}.',
    "rp_policy_and_tos": '[Data policy]({policy} "rp-policy") and [terms]({tos} "rp-tos") of {rp}.',
    "masked_id_number": "last three digits {last}",
    "masked_phone": "starts with {first}, ends with {last}",
    "masked_email": "starts with {first}, ends with {last}, at {domain}",
    "masked_email_of_one": "starts with {first}, at {domain}",
    "foot_label": "Information and help",
    "foot_help": "Help",
    "foot_scam": "Avoid scams",
    "foot_privacy": "Personal data protection",
    "foot_lock": "Lock my account",
    "foot_accessibility": "Accessibility",
    "text_size_label": "Text size",
    "text_size_normal": "Normal",
    "text_size_large": "Large",
    "text_size_larger": "Very large",
    "theme_label": "Appearance",
    "theme_device": "Device",
    "theme_light": "Light",
    "theme_dark": "Dark",
    "run_by": "Run by the People's Committee of Hải Phòng City. Release {release}",
}
