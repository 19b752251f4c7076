"""Words of `/privacy`: what is kept, why, for whom, how long, and a person's rights (DOMAIN §1.8)."""

VI = {
    "privacy_title": "Bảo vệ dữ liệu cá nhân",
    "privacy_lead": "Hải Phòng ID giữ ít nhất có thể, và nói rõ trước mỗi lần gửi.",
    "privacy_who": "Ai chịu trách nhiệm",
    "privacy_who_text": (
        "Ủy ban nhân dân thành phố Hải Phòng quản lý Hải Phòng ID. "
        "Mỗi dịch vụ chịu trách nhiệm về dữ liệu đã nhận."
    ),
    "privacy_kept": "Dữ liệu được giữ",
    "privacy_kept_1": (
        "**Định danh** do {upstream} xác nhận: họ tên, ngày sinh, giới tính, số định danh cá nhân, "
        "mức độ tài khoản."
    ),
    "privacy_kept_2": "**Liên hệ**: số điện thoại, thư điện tử, địa chỉ, nếu có.",
    "privacy_kept_3": (
        "**Cách đăng nhập**: mật khẩu chỉ được giữ ở dạng không đọc ngược lại được. "
        "Không giữ vân tay hay khuôn mặt."
    ),
    "privacy_kept_4": (
        "**Nhật ký**: lần đăng nhập, lần gửi thông tin, thay đổi tài khoản, cán bộ đã xem. "
        "Chỉ giữ mạng của thiết bị, không giữ địa chỉ đầy đủ."
    ),
    "privacy_sent": "Gửi cho ai",
    "privacy_sent_1": "Chỉ gửi cho dịch vụ vừa yêu cầu đăng nhập, sau khi đã cho xem từng mục.",
    "privacy_sent_2": (
        "Mỗi nhóm dịch vụ nhận một mã người riêng, nên các nhóm không ghép được dữ liệu với nhau bằng mã đó."
    ),
    "privacy_sent_3": "Số định danh cá nhân chỉ gửi khi pháp luật cho phép và đã được duyệt.",
    "privacy_sent_4": "Hệ thống quốc gia không được báo người đó đang vào dịch vụ nào.",
    "privacy_sent_5": "Không bán, không quảng cáo, không theo dõi.",
    "privacy_basis": "Cơ sở pháp lý",
    "privacy_basis_text": (
        "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15, Nghị định 356/2025/NĐ-CP, Nghị định 69/2024/NĐ-CP. "
        "Việc công thì được thông báo. Việc khác chỉ làm khi có sự đồng ý, và rút lại được."
    ),
    "privacy_time": "Giữ bao lâu",
    "privacy_time_1": (
        "Phiên đăng nhập: tự đóng sau 30 phút không dùng, dài nhất 12 giờ. "
        "Với việc đơn giản thì dài nhất 30 ngày."
    ),
    "privacy_time_2": "Nhật ký an ninh: ít nhất 12 tháng theo luật, không xóa sớm được.",
    "privacy_time_3": "Dữ liệu tài khoản: trong khi tài khoản còn dùng.",
    "privacy_rights": "Quyền của người có dữ liệu",
    "privacy_rights_text": (
        "Xem, sửa, hạn chế, phản đối, xóa và rút sự đồng ý. Gửi yêu cầu ở [Dữ liệu của tôi](/account/data), "
        "hoặc tại bộ phận một cửa, mang thẻ căn cước. Trả lời trong 2 ngày làm việc."
    ),
    "privacy_cookies": "Cookie",
    "privacy_cookies_text": (
        "Chỉ dùng cookie của chính trang này: giữ đăng nhập, nhận ra trình duyệt đã quen, giữ ngôn ngữ và giao diện. "
        "Trang không tải gì từ nơi khác."
    ),
}

EN = {
    "privacy_title": "Personal data protection",
    "privacy_lead": "Hải Phòng ID keeps as little as possible, and says so before anything is sent.",
    "privacy_who": "Who is responsible",
    "privacy_who_text": (
        "The People's Committee of Hải Phòng City runs Hải Phòng ID. "
        "Each service is responsible for the data it has received."
    ),
    "privacy_kept": "What is kept",
    "privacy_kept_1": (
        "**Identity**, confirmed by {upstream}: full name, birth date, sex, personal ID number, "
        "account level."
    ),
    "privacy_kept_2": "**Contact**: phone number, email, address, if there are any.",
    "privacy_kept_3": (
        "**Ways to sign in**: a password is kept only in a form that cannot be read back. "
        "No fingerprints or faces are kept."
    ),
    "privacy_kept_4": (
        "**Log**: sign-ins, releases of information, account changes, views by officials. "
        "The network of the device is kept, its full address is not."
    ),
    "privacy_sent": "Who gets it",
    "privacy_sent_1": "Only the service that asked for the sign-in, after you have seen each item.",
    "privacy_sent_2": (
        "Each group of services gets its own code for a person, so groups can't match data by that code."
    ),
    "privacy_sent_3": "The personal ID number is sent only where the law allows it and after approval.",
    "privacy_sent_4": "The national system is not told which service a person is going to.",
    "privacy_sent_5": "No selling, no advertising, no tracking.",
    "privacy_basis": "Legal basis",
    "privacy_basis_text": (
        "Personal Data Protection Law 91/2025/QH15, Decree 356/2025/NĐ-CP, Decree 69/2024/NĐ-CP. "
        "Public tasks come with a notice. Anything else needs consent, which can be withdrawn."
    ),
    "privacy_time": "How long",
    "privacy_time_1": (
        "Sign-in session: ends after 30 minutes without use, after 12 hours at most. "
        "For simple matters, after 30 days at most."
    ),
    "privacy_time_2": "Security log: at least 12 months by law; it cannot be deleted earlier.",
    "privacy_time_3": "Account data: while the account is in use.",
    "privacy_rights": "Your rights",
    "privacy_rights_text": (
        "View, correct, restrict, object, delete, withdraw consent. Ask in [My data](/account/data), "
        "or at a one-stop desk with the ID card. "
        "The answer comes within 2 working days."
    ),
    "privacy_cookies": "Cookies",
    "privacy_cookies_text": (
        "Only this site's own cookies: they keep the sign-in, the language and the appearance, "
        "and tell a browser that is known. "
        "Nothing is loaded from elsewhere."
    ),
}
