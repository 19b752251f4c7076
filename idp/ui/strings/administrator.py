"""Words of setting up the first administrator: password, authenticator, done (PAGES §3.1.3, §3.1.14)."""

VI = {
    "administrator_title": "Lập tài khoản quản trị",
    "administrator_intro": "Đường dẫn này dùng được một lần. Bước 1 trên 2: tên và mật khẩu.",
    "administrator_name": "Họ và tên",
    "administrator_username": "Tên đăng nhập",
    "administrator_username_hint": "Chữ thường, số, dấu chấm; ví dụ huong.nt",
    "new_password": "Mật khẩu mới",
    "new_password_hint": ("Ít nhất 15 ký tự. Một câu dễ nhớ là tốt nhất, được dùng dấu cách và tiếng Việt."),
    "error_name_empty": "Nhập họ và tên",
    "error_username_taken": "Tên đăng nhập này đã có. Chọn tên khác.",
    "error_username_form": "Dùng 3 đến 64 ký tự: chữ thường, số, dấu chấm, gạch nối",
    "error_administrator_username_empty": "Nhập tên đăng nhập",
    "error_password_short": "Mật khẩu cần ít nhất {n} ký tự",
    "error_password_long": "Mật khẩu dài quá. Chọn câu ngắn hơn.",
    "error_password_leaked": "Mật khẩu này quá phổ biến nên dễ đoán. Chọn một câu của riêng mình.",
    "error_password_own": "Mật khẩu này dễ đoán từ tên, ngày sinh, số điện thoại hay tên dịch vụ. Chọn câu khác.",
    "error_password_pattern": "Mật khẩu này chỉ lặp lại hoặc đếm tiếp vài ký tự. Chọn một câu có nhiều chữ khác nhau.",
    "totp_title": "Thêm ứng dụng xác thực",
    "totp_intro": "Bước 2 trên 2. Mở ứng dụng xác thực trên điện thoại và quét mã này.",
    "totp_qr": "Mã QR để thêm vào ứng dụng xác thực",
    "totp_key": "Không quét được? Nhập khóa này vào ứng dụng:",
    "totp_otp": "Mã 6 số ứng dụng đang hiện",
    "totp_submit": "Xong",
    "administrator_done_title": "Tài khoản quản trị đã sẵn sàng",
    "administrator_done_text": (
        "Tên đăng nhập: **{username}**. Từ nay đăng nhập bằng mật khẩu và mã trong ứng dụng xác thực."
    ),
    "administrator_done_lost": (
        "Mất điện thoại thì người vận hành máy chủ tạo đường dẫn mới. Mã cũ thôi dùng được."
    ),
}

EN = {
    "administrator_title": "Set up the administrator account",
    "administrator_intro": "This link works once. Step 1 of 2: name and password.",
    "administrator_name": "Full name",
    "administrator_username": "User name",
    "administrator_username_hint": "Small letters, digits, dots; for example huong.nt",
    "new_password": "New password",
    "new_password_hint": (
        "At least 15 characters. A sentence is best; spaces and Vietnamese letters are fine."
    ),
    "error_name_empty": "Enter the full name",
    "error_username_taken": "This user name is taken. Choose another.",
    "error_username_form": "Use 3 to 64 characters: small letters, digits, dots, hyphens",
    "error_administrator_username_empty": "Enter a user name",
    "error_password_short": "The password needs at least {n} characters",
    "error_password_long": "The password is too long. Choose a shorter sentence.",
    "error_password_leaked": "Many use this password, so it is easily guessed. Choose a sentence of your own.",
    "error_password_own": "Your name, birth date, phone or the service's name gives this password away. Choose another.",
    "error_password_pattern": "This password only repeats or counts on a few characters. Choose a more varied sentence.",
    "totp_title": "Add an authenticator app",
    "totp_intro": "Step 2 of 2. Open the authenticator app on the phone and scan this code.",
    "totp_qr": "QR code to add to the authenticator app",
    "totp_key": "Can't scan? Enter this key in the app:",
    "totp_otp": "6-digit code the app shows now",
    "totp_submit": "Finish",
    "administrator_done_title": "The administrator account is ready",
    "administrator_done_text": (
        "User name: **{username}**. "
        "From now on, sign in with the password and the code in the authenticator app."
    ),
    "administrator_done_lost": (
        "If the phone is lost, whoever runs the server makes a new link. The old codes stop working."
    ),
}
