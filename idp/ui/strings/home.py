"""Words of the public front page: what Hải Phòng ID is, in one screen."""

VI = {
    "home_title": "Một lần đăng nhập cho các dịch vụ của Hải Phòng",
    "home_lead": (
        "Hải Phòng ID xác nhận người đăng nhập qua {upstream}, "
        "rồi chỉ gửi cho từng dịch vụ những thông tin dịch vụ đó cần."
    ),
    "home_signed_in": "Đang đăng nhập: **{name}**",
    "home_start": "Bắt đầu từ dịch vụ",
    "home_start_text": (
        "Mở dịch vụ cần dùng và bấm đăng nhập. Không cần đăng ký ở đây. [Đăng nhập thế nào](/help#sign-in)"
    ),
    "home_share": "Biết rõ điều gì được gửi",
    "home_share_text": (
        "Trước khi gửi, trang này cho xem từng mục thông tin và cơ sở pháp lý. "
        "[Bảo vệ dữ liệu cá nhân](/privacy)"
    ),
    "home_scam": "Không ai được hỏi mã",
    "home_scam_text": (
        "Không đọc mật khẩu hay mã xác thực cho bất kỳ ai, kể cả người xưng là cán bộ. "
        "[Phòng lừa đảo](/phong-lua-dao)"
    ),
    "home_help": "Cần người giúp",
    "home_help_text": (
        "Bộ phận một cửa của mọi xã, phường, đặc khu giúp đăng nhập tại chỗ, không hỏi mật khẩu. "
        "[Trợ giúp](/help)"
    ),
    "home_account": "Mở tài khoản của tôi",
    "home_mandates": "Xem và thay đổi ai làm thay cho ai",
}

EN = {
    "home_title": "One sign-in for the services of Hải Phòng",
    "home_lead": (
        "Hải Phòng ID confirms who is signing in through {upstream}, "
        "and sends each service only the information it needs."
    ),
    "home_signed_in": "Signed in: **{name}**",
    "home_start": "Start at the service",
    "home_start_text": (
        "Open the service you need and choose to sign in. There is nothing to register here. "
        "[How signing in works](/help#sign-in)"
    ),
    "home_share": "Know what is sent",
    "home_share_text": (
        "Before anything is sent, you see each piece of information and its legal basis. "
        "[Personal data protection](/privacy)"
    ),
    "home_scam": "Nobody may ask for a code",
    "home_scam_text": (
        "Don't tell anyone a password or security code, even someone who says they are an official. "
        "[Avoid scams](/phong-lua-dao)"
    ),
    "home_help": "Help in person",
    "home_help_text": (
        "The one-stop desk of every commune helps you sign in on the spot, and never asks for the password. "
        "[Help](/help)"
    ),
    "home_account": "Open my account",
    "home_mandates": "See and change who acts for whom",
}
