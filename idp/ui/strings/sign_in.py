"""Words of the sign-in pages: choice, national hand-off, password, code (PAGES §3.1.1–3.1.4, §3.1.10)."""

VI = {
    "sign_in_title": "Đăng nhập",
    "sign_in_to": "Đăng nhập để tiếp tục đến",
    "method_national": "Đăng nhập bằng {upstream}",
    "method_national_hint": "Tài khoản định danh điện tử quốc gia",
    "method_passkey": "Khóa truy cập (passkey)",
    "method_passkey_hint": "Vân tay, khuôn mặt hoặc mã PIN của thiết bị này",
    "method_password": "Mật khẩu và mã xác thực",
    "method_password_hint": "Dành cho tài khoản đã đặt mật khẩu",
    "method_code": "Mã gửi đến điện thoại hoặc thư điện tử",
    "method_code_hint": "Nếu đã cho phép ở tài khoản",
    "method_national_down": (
        "**Chưa đăng nhập được bằng {upstream}.** Không cần thử lại nhiều lần. "
        "Trang này sẽ cho biết khi hệ thống hoạt động trở lại."
    ),
    "other_ways": "hoặc cách khác",
    "other_ways_working": "Cách khác đang dùng được",
    "rp_national_only": (
        "{rp} chỉ nhận đăng nhập qua {upstream}. Phần đã soạn ở đó không bị ảnh hưởng: quay lại khi hệ thống hoạt động "
        "trở lại. Việc gấp có thể làm tại bộ phận một cửa."
    ),
    "continue_as": "Tiếp tục với tên **{name}**",
    "other_account": "Dùng tài khoản khác",
    "no_account": (
        "Chưa có tài khoản định danh? "
        '[Đăng ký tại cơ quan công an hoặc trên ứng dụng {upstream}](/help#register "no-account").'
    ),
    "error_upstream_failed": "{upstream} chưa xác nhận được. Thử lại hoặc dùng cách khác.",
    "error_upstream_late": (
        "Đã chờ quá lâu nên lần xác nhận ở {upstream} không còn hiệu lực. Chưa có gì được gửi đi. Đăng nhập lại từ đầu."
    ),
    "waiting_title": "Đang có nhiều người đăng nhập",
    "waiting_ahead": "Còn {n} người chờ trước.",
    "waiting_first": "Sắp đến lượt.",
    "waiting_minutes": "Khoảng {minutes} phút nữa.",
    "waiting_there": "Đến lượt, trang này tự chuyển sang {upstream}.",
    "waiting_back": "{upstream} đã nhận đăng nhập. Đến lượt, trang này tự hoàn tất; không cần đăng nhập lại.",
    "waiting_keep": "Giữ trang này mở, trang tự tải lại mỗi {seconds} giây. Đóng trang là mất chỗ.",
    "waiting_stay": "Không tự tải lại trang",
    "waiting_still": "Trang này không tự tải lại: bấm nút dưới đây để xem đã đến lượt chưa.",
    "waiting_now": "Thử ngay",
    "national_title": "Chuyển sang hệ thống định danh quốc gia",
    "national_host": "Địa chỉ trang tiếp theo:",
    "national_hint": (
        "Chỉ nhập mật khẩu hoặc quét mã trên trang có đúng địa chỉ này. "
        "Hải Phòng ID không nhìn thấy mật khẩu đó."
    ),
    "national_submit": "Đến trang {upstream}",
    "public_computer": "Đây là máy dùng chung",
    "public_computer_hint": "Phiên tự kết thúc sau {minutes} phút và máy này không được ghi nhớ.",
    "public_computer_here": "Đang dùng máy của nơi công cộng?",
    "use_other_way": "Dùng cách khác",
    "password_title": "Đăng nhập bằng mật khẩu",
    "username": "Số điện thoại, thư điện tử hoặc tên đăng nhập",
    "password": "Mật khẩu",
    "password_submit": "Đăng nhập",
    "forgot": "Quên mật khẩu",
    "cannot_sign_in": "Không đăng nhập được?",
    "other_way": "Cách khác",
    "error_username_empty": "Nhập số điện thoại, thư điện tử hoặc tên đăng nhập",
    "error_password_empty": "Nhập mật khẩu",
    "error_credentials_wrong": "Tên đăng nhập hoặc mật khẩu chưa đúng. Thử lại, hoặc bấm “Quên mật khẩu”",
    "password_known_hint": (
        "Mật khẩu có thể đã bị người khác biết thì không đăng nhập được nữa. Nếu đã được báo như vậy, hãy dùng "
        "cách đăng nhập khác, rồi đặt mật khẩu mới."
    ),
    "password_known_title": "Cần đặt mật khẩu mới",
    "password_known_text": "Người khác có thể đã biết mật khẩu của tài khoản này, nên nó không đăng nhập được nữa.",
    "password_known_new": "Hãy đặt mật khẩu mới, khác mật khẩu cũ. Nếu dùng mật khẩu cũ ở nơi khác, hãy đổi cả ở đó.",
    "password_known_set": "Đặt mật khẩu mới",
    "password_known_later": "Để sau, tiếp tục",
    "error_slowed": "Đã thử sai nhiều lần. Thử lại sau {minutes} phút, hoặc dùng cách khác.",
    "otp_title": "Nhập mã xác thực",
    "otp": "Mã 6 số trong ứng dụng xác thực",
    "otp_never_ask": "Không đọc mã này cho bất kỳ ai, kể cả người xưng là cán bộ hay công an.",
    "otp_help": "Không có mã, hoặc mã chưa đúng?",
    "error_otp_incomplete": "Nhập đủ 6 chữ số",
    "error_code_marked": "Mã không có chữ nào có dấu. Tắt bộ gõ tiếng Việt rồi nhập lại",
    "error_otp_wrong": "Mã chưa đúng. Còn {n} lần thử",
    "step_up_title": "Xác nhận thêm một bước",
    "step_up_for": "Xác nhận thêm cho",
    "step_up_why_high": "**{rp}** cần xác thực mức cao cho việc này. Phần đang làm ở đó vẫn được giữ.",
    "step_up_why_substantial": "**{rp}** cần xác thực mức đáng kể cho việc này. Phần đang làm ở đó vẫn được giữ.",
    "step_up_national_high": "Xác nhận bằng khuôn mặt trên {upstream}",
    "step_up_national": "Xác nhận trên {upstream}",
    "step_up_expires": "Xác nhận có hiệu lực 10 phút cho việc này.",
    "step_up_down": "Chưa xác nhận được bằng {upstream}. Quay lại khi hệ thống hoạt động trở lại.",
    "step_up_none": (
        "Tài khoản này chưa có cách nào đạt mức đó ở đây. Quay lại và hỏi cơ quan của dịch vụ về "
        "cách làm khác."
    ),
    "step_up_cancel": "Không xác\u00a0nhận, quay\u00a0lại",
    "step_up_level_01": (
        "Tài khoản đang ở mức độ 01. Dịch vụ này cần mức độ 02: đến công an cấp xã bất kỳ, mang thẻ căn cước, khoảng 5 "
        'phút. [Tìm nơi gần nhất](/help#register "nearest")'
    ),
    "error_step_up_missed": "Lần xác nhận vừa rồi chưa đạt mức cần thiết. Thử lại hoặc quay lại dịch vụ.",
    "sign_in_code_title": "Đăng nhập bằng mã dùng một lần",
    "sign_in_code_email": "Địa chỉ thư điện tử",
    "sign_in_code_phone": "Số điện thoại",
    "sign_in_code_either": "Số điện thoại hoặc thư điện tử",
    "sign_in_code_hint": "Chỉ gửi đến nơi đã cho phép dùng để đăng nhập, ở trang tài khoản.",
    "sign_in_code_send": "Gửi mã",
    "sign_in_code_weak": (
        "Mã gửi đến là cách yếu hơn khóa truy cập và {upstream}. Ai xin mã này là lừa đảo, kể cả người xưng là "
        "cán bộ hay công an."
    ),
    "sign_in_code_sent_before": "Nếu đã cho phép dùng để đăng nhập, mã đã được gửi đến",
    "sign_in_code_sent_after": "Mã dùng được trong 10 phút.",
    "sign_in_code": "Mã 6 số vừa nhận",
    "sign_in_code_again": "Gửi lại mã",
    "code_again_from": "Mã đến chậm? Gửi lại được từ {time}.",
    "sign_in_code_other": "Địa chỉ khác",
    "error_sign_in_address_email": "Nhập địa chỉ thư điện tử, ví dụ ten@example.vn",
    "error_sign_in_address_phone": "Nhập số điện thoại, ví dụ 0901 234 567",
    "error_sign_in_address_either": "Nhập số điện thoại hoặc địa chỉ thư điện tử",
    "error_sign_in_code_over": "Mã đã hết hạn. Bấm “Gửi lại mã”",
    "error_sign_in_code_gone": "Mã đã hết hạn. Nhập lại nơi nhận để lấy mã mới",
    "error_code_used_up": "Đã sai {n} lần, mã này không dùng được nữa. Bấm “Gửi lại mã”",
    "error_code_soon": "Mã trước vẫn dùng được. Gửi lại được từ {time}",
    "error_codes_many": "Đã gửi nhiều mã trong thời gian ngắn. Gửi lại được từ {time}",
    "notice_code_again": "Đã tạo mã mới. Mã trước không dùng được nữa.",
}

EN = {
    "sign_in_title": "Sign in",
    "sign_in_to": "Sign in to continue to",
    "method_national": "Sign in with {upstream}",
    "method_national_hint": "National electronic ID account",
    "method_passkey": "Passkey",
    "method_passkey_hint": "Fingerprint, face or PIN of this device",
    "method_password": "Password and security code",
    "method_password_hint": "For accounts that set a password",
    "method_code": "Code sent to phone or email",
    "method_code_hint": "If allowed in the account",
    "method_national_down": (
        "**Signing in with {upstream} is not possible now.** No need to keep trying. "
        "This page will say when it works again."
    ),
    "other_ways": "or another way",
    "other_ways_working": "Other ways that work now",
    "rp_national_only": (
        "{rp} accepts {upstream} only. What you drafted there is not affected: come back when the system works again. "
        "Urgent matters can be done at a one-stop desk."
    ),
    "continue_as": "Continue as **{name}**",
    "other_account": "Use another account",
    "no_account": (
        "No e-ID account yet? "
        '[Register at a police office or in the {upstream} app](/help#register "no-account").'
    ),
    "error_upstream_failed": "{upstream} could not confirm. Try again or use another way.",
    "error_upstream_late": (
        "The wait was too long, so the sign-in at {upstream} is no longer valid. Nothing was sent. Sign in again."
    ),
    "waiting_title": "Many people are signing in",
    "waiting_ahead": "{n:person is|people are} before you.",
    "waiting_first": "Your turn is next.",
    "waiting_minutes": "About {minutes:minute|minutes}.",
    "waiting_there": "When it is your turn, this page goes on to {upstream} by itself.",
    "waiting_back": (
        "{upstream} has taken the sign-in. When it is your turn, this page finishes by itself; no need to sign in again."
    ),
    "waiting_keep": (
        "Keep this page open; it reloads every {seconds} seconds. Who closes it loses their place."
    ),
    "waiting_stay": "Do not reload the page by itself",
    "waiting_still": "This page does not reload by itself: press the button to see whether it is your turn.",
    "waiting_now": "Try now",
    "national_title": "Go to the national e-ID system",
    "national_host": "Next page's address:",
    "national_hint": (
        "Only enter a password or scan a code on the page with exactly this address. "
        "Hải Phòng ID never sees that password."
    ),
    "national_submit": "Go to {upstream}",
    "public_computer": "This is a public computer",
    "public_computer_hint": "The session ends by itself after {minutes} minutes, and this computer is not remembered.",
    "public_computer_here": "Using a public computer?",
    "use_other_way": "Use another way",
    "password_title": "Sign in with a password",
    "username": "Phone number, email or user name",
    "password": "Password",
    "password_submit": "Sign in",
    "forgot": "Forgot password",
    "cannot_sign_in": "Can't sign in?",
    "other_way": "Another way",
    "error_username_empty": "Enter a phone number, email or user name",
    "error_password_empty": "Enter the password",
    "error_credentials_wrong": "The user name or password is not right. Try again, or choose “Forgot password”",
    "password_known_hint": (
        "A password that others may know signs nobody in any more. If you were told so, use another way to sign in, "
        "then set a new password."
    ),
    "password_known_title": "A new password is needed",
    "password_known_text": "Others may know the password of this account, so it signs nobody in any more.",
    "password_known_new": "Set a new one, different from the old. If you use the old one elsewhere, change it there too.",
    "password_known_set": "Set a new password",
    "password_known_later": "Later, go on",
    "error_slowed": ("Too many wrong tries. Try again in {minutes:minute|minutes}, or use another way."),
    "otp_title": "Enter the security code",
    "otp": "6-digit code in the authenticator app",
    "otp_never_ask": (
        "Do not read this code to anyone, even someone who says they are an official or police."
    ),
    "otp_help": "No code, or the code is not right?",
    "error_otp_incomplete": "Enter all 6 digits",
    "error_code_marked": "No letter of the code has a mark. Switch off the Vietnamese keyboard and enter it again",
    "error_otp_wrong": "The code is not right. {n:try|tries} left",
    "step_up_title": "One more check",
    "step_up_for": "One more check for",
    "step_up_why_high": "**{rp}** needs a check at level high for this. What you are doing there is kept.",
    "step_up_why_substantial": "**{rp}** needs a check at level substantial for this. What you are doing there is kept.",
    "step_up_national_high": "Confirm by face in {upstream}",
    "step_up_national": "Confirm in {upstream}",
    "step_up_expires": "The check holds for 10 minutes, for this act.",
    "step_up_down": "It can't be confirmed by {upstream} now. Come back when the system works again.",
    "step_up_none": (
        "This account has no way to reach that level here. Go back and ask the agency of the service for "
        "another way."
    ),
    "step_up_cancel": "Don't confirm, go back",
    "step_up_level_01": (
        "The account is at level 01. This service needs level 02: any commune police office, bring the ID card, about 5 "
        'minutes. [Find the nearest](/help#register "nearest")'
    ),
    "error_step_up_missed": "The last check did not reach the level needed. Try again, or go back to the service.",
    "sign_in_code_title": "Sign in with a one-time code",
    "sign_in_code_email": "Email address",
    "sign_in_code_phone": "Phone number",
    "sign_in_code_either": "Phone number or email",
    "sign_in_code_hint": "Sent only where the account's page allows signing in with it.",
    "sign_in_code_send": "Send a code",
    "sign_in_code_weak": (
        "A code that is sent is weaker than a passkey and {upstream}. Anyone who asks for it is a fraudster, even if "
        "they say they are an official or police."
    ),
    "sign_in_code_sent_before": "If it is allowed for signing in, a code was sent to",
    "sign_in_code_sent_after": "The code works for 10 minutes.",
    "sign_in_code": "The 6-digit code you got",
    "sign_in_code_again": "Send a new code",
    "code_again_from": "No code yet? A new one can be sent from {time}.",
    "sign_in_code_other": "Another address",
    "error_sign_in_address_email": "Enter an email address, for example name@example.vn",
    "error_sign_in_address_phone": "Enter a phone number, for example 0901 234 567",
    "error_sign_in_address_either": "Enter a phone number or an email address",
    "error_sign_in_code_over": "The code has expired. Choose “Send a new code”",
    "error_sign_in_code_gone": "The code has expired. Enter where to send a new one",
    "error_code_used_up": "{n} wrong tries: this code no longer works. Choose “Send a new code”",
    "error_code_soon": "The code before still works. A new one can be sent from {time}",
    "error_codes_many": "Many codes were sent in a short time. A new one can be sent from {time}",
    "notice_code_again": "A new code was made. The one before no longer works.",
}
