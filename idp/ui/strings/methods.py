"""Words of a person's own ways to sign in, and of signing in with a recovery code (PAGES §3.1.4, §3.1.14)."""

VI = {
    "methods_title": "Cách đăng nhập",
    "methods_intro": (
        "Những cách riêng của Hải Phòng ID, dùng ở các dịch vụ chấp nhận chúng. "
        "Thay đổi nào cũng cần vừa đăng nhập lại qua {upstream}."
    ),
    "methods_rests": (
        "Mật khẩu và mã đã bị thử sai quá nhiều lần nên tạm ngừng. "
        "Đặt lại mật khẩu hoặc ứng dụng xác thực để dùng tiếp."
    ),
    "methods_national": "{upstream}",
    "methods_national_stays": "Không gỡ được ở đây.",
    "methods_last_used": "Dùng lần cuối lúc {at}.",
    "methods_password": "Mật khẩu",
    "methods_password_none": "Chưa đặt.",
    "methods_set_at": "Đặt lúc {at}.",
    "methods_names": "Đăng nhập với: {names}.",
    "methods_password_compromised": (
        "Từ {at}, mật khẩu này bị coi là đã lộ và không đăng nhập được nữa. Đặt mật khẩu mới hoặc gỡ mật khẩu."
    ),
    "methods_password_set": "Đặt mật khẩu",
    "methods_password_change": "Đổi mật khẩu",
    "methods_totp": "Ứng dụng xác thực",
    "methods_totp_none": "Chưa có. Ứng dụng trên điện thoại hiện mã 6 số, dùng cùng mật khẩu.",
    "methods_totp_asleep": (
        "Ngừng nhận mã từ {at}, vì có thể đã ở trong tay người khác. Thêm lại thì dùng được."
    ),
    "methods_totp_bound": "Đang dùng cùng mật khẩu.",
    "methods_totp_set": "Thêm ứng dụng xác thực",
    "methods_totp_change": "Thay ứng dụng xác thực",
    "methods_codes": "Mã khôi phục",
    "methods_codes_none": "Chưa có. Mã in ra giấy, dùng khi không có ứng dụng xác thực.",
    "methods_codes_left": "Còn {left} trên {made}.",
    "methods_codes_used": "Dùng lần cuối lúc {at}.",
    "methods_codes_few": "Sắp hết mã khôi phục. Tạo mã mới và cất nơi an toàn.",
    "methods_codes_make": "Tạo mã khôi phục mới",
    "methods_remove": "Gỡ",
    "method_back": "Quay lại",
    "method_password_title": "Đặt mật khẩu",
    "method_password_text": "Đặt xong, mọi phiên khác đóng.",
    "method_password_change_title": "Đổi mật khẩu",
    "method_password_change_text": "Đổi xong, mật khẩu cũ không dùng được nữa và mọi phiên khác đóng.",
    "method_password_username": "Tên đăng nhập: **{username}**",
    "method_username": "Tên đăng nhập",
    "method_username_optional": "Tên đăng nhập (không bắt buộc)",
    "method_username_hint": "Bắt đầu bằng chữ thường; chữ thường, số, dấu chấm, gạch nối; ví dụ huong.nt",
    "error_password_known": "Mật khẩu này có thể đã bị người khác biết. Hãy đặt mật khẩu khác.",
    "own_password_hint": "Ít nhất {n} ký tự. Một câu dễ nhớ là tốt nhất, được dùng dấu cách và tiếng Việt.",
    "method_password_submit": "Đặt mật khẩu",
    "method_totp_text": "Mở ứng dụng xác thực trên điện thoại và quét mã này. Trang này chỉ hiện khóa một lần.",
    "method_codes_title": "Tạo mã khôi phục",
    "method_codes_text": (
        "{n} mã, mỗi mã dùng một lần thay cho mã trong ứng dụng xác thực, sau khi nhập mật khẩu. "
        "Chuẩn bị giấy hoặc máy in."
    ),
    "method_codes_end": "Các mã cũ (còn {left}) không dùng được nữa ngay khi có mã mới.",
    "method_codes_submit": "Tạo mã mới",
    "error_codes_made_already": (
        "Mã khôi phục đã được tạo rồi và không hiện lại được. Mã đã cất vẫn dùng được. Nếu chưa cất, tạo mã mới."
    ),
    "method_codes_shown_title": "Mã khôi phục",
    "method_codes_once": "In ra và cất nơi an toàn. Trang này không mở lại được.",
    "method_codes_of": "{host}\u00a0· {name}\u00a0· tạo lúc {at}",
    "method_codes_how": "Dùng ở bước nhập mã xác thực: chọn “Dùng mã khôi phục”. Không đọc mã cho bất kỳ ai.",
    "method_codes_kept": "Đã cất mã",
    "codes_file": "ma-khoi-phuc-hai-phong-id.txt",
    "method_remove_title": "Gỡ “{name}”?",
    "method_remove_text": (
        "Không đăng nhập bằng cách này được nữa. Mọi phiên đã mở bằng mật khẩu và mã của Hải Phòng ID sẽ đóng."
    ),
    "notice_password_set": "Đã đặt mật khẩu. Mọi phiên khác đã đóng.",
    "notice_totp_set": "Đã thêm ứng dụng xác thực.",
    "notice_password_removed": "Đã gỡ mật khẩu.",
    "notice_totp_removed": "Đã gỡ ứng dụng xác thực.",
    "notice_recovery_codes_removed": "Đã gỡ mã khôi phục.",
    "error_own_username_form": "Dùng 3 đến 64 ký tự, bắt đầu bằng chữ: chữ thường, số, dấu chấm, gạch nối",
    "error_own_username_empty": "Chọn một tên đăng nhập",
    "error_totp_wrong": "Mã chưa đúng. Nhập mã 6 số ứng dụng đang hiện",
    "error_second_factor_needed": (
        "Mật khẩu hiện tại ngắn, chỉ dùng được cùng ứng dụng xác thực. Đặt mật khẩu dài hơn hoặc gỡ mật khẩu trước."
    ),
    "use_recovery": "Dùng mã khôi phục",
    "recovery_title": "Dùng mã khôi phục",
    "recovery_code": "Mã khôi phục",
    "recovery_hint": "16 chữ và số, ví dụ dạng XXXX-XXXX-XXXX-XXXX; chữ hoa hay thường, có hay không có gạch đều được",
    "recovery_use_otp": "Dùng mã trong ứng dụng xác thực",
    "error_recovery_incomplete": "Nhập đủ 16 chữ và số của một mã khôi phục",
    "error_recovery_wrong": "Mã chưa đúng hoặc đã dùng. Còn {n} lần thử",
    "recovery_used_title": "Đã dùng một mã khôi phục",
    "recovery_used_left": "Mã vừa nhập không dùng lại được. Còn {n} mã.",
    "recovery_used_new": "Mã dưới đây thay cho mã đó, từ khi bấm “Đã cất mã”:",
    "recovery_used_kept": "Đã cất mã, tiếp tục",
    "recovery_used_skip": "Tiếp tục, không lấy mã mới",
}

EN = {
    "methods_title": "Sign-in methods",
    "methods_intro": (
        "Hải Phòng ID's own methods, for the services that accept them. "
        "Every change needs a recent sign-in with {upstream}."
    ),
    "methods_rests": (
        "The password and codes rest after too many wrong tries. "
        "Set the password or the authenticator app again to use them."
    ),
    "methods_national": "{upstream}",
    "methods_national_stays": "It can't be removed here.",
    "methods_last_used": "Last used at {at}.",
    "methods_password": "Password",
    "methods_password_none": "Not set.",
    "methods_set_at": "Set at {at}.",
    "methods_names": "Sign in as: {names}.",
    "methods_password_compromised": (
        "Since {at} this password counts as known to others and signs nobody in. Set a new one or remove it."
    ),
    "methods_password_set": "Set a password",
    "methods_password_change": "Change the password",
    "methods_totp": "Authenticator app",
    "methods_totp_none": "None. An app on the phone shows a 6-digit code, used with the password.",
    "methods_totp_asleep": (
        "Takes no codes since {at}, as it may be in other hands. Add it again to use it."
    ),
    "methods_totp_bound": "Used with the password.",
    "methods_totp_set": "Add an authenticator app",
    "methods_totp_change": "Replace the authenticator app",
    "methods_codes": "Recovery codes",
    "methods_codes_none": "None. Codes on paper, for when the authenticator app is not at hand.",
    "methods_codes_left": "{left} of {made} left.",
    "methods_codes_used": "Last used at {at}.",
    "methods_codes_few": "Few recovery codes are left. Make new ones and keep them safe.",
    "methods_codes_make": "Make new recovery codes",
    "methods_remove": "Remove",
    "method_back": "Back",
    "method_password_title": "Set a password",
    "method_password_text": "Once it is set, all other sessions end.",
    "method_password_change_title": "Change the password",
    "method_password_change_text": "Once it is changed, the old password stops working and all other sessions end.",
    "method_password_username": "User name: **{username}**",
    "method_username": "User name",
    "method_username_optional": "User name (optional)",
    "method_username_hint": "Begins with a small letter; small letters, digits, dots, hyphens; for example huong.nt",
    "error_password_known": "Others may know this password. Choose another.",
    "own_password_hint": "At least {n} characters. A sentence is best; spaces and Vietnamese letters are fine.",
    "method_password_submit": "Set password",
    "method_totp_text": "Open the authenticator app on the phone and scan this code. This page shows the key only once.",
    "method_codes_title": "Make recovery codes",
    "method_codes_text": (
        "{n} codes; each works once in place of the authenticator app's code, after the password. "
        "Have paper or a printer ready."
    ),
    "method_codes_end": "The old codes ({left} left) stop working as soon as there are new ones.",
    "method_codes_submit": "Make new codes",
    "error_codes_made_already": (
        "The codes were made already and can't be shown again. Those you kept work. If you have none, make new codes."
    ),
    "method_codes_shown_title": "Recovery codes",
    "method_codes_once": "Print and keep safe. This page cannot be opened again.",
    "method_codes_of": "{host}\u00a0· {name}\u00a0· made at {at}",
    "method_codes_how": "Use one where the security code is asked for: choose “Use a recovery code”. Tell nobody a code.",
    "method_codes_kept": "I kept the codes",
    "codes_file": "hai-phong-id-recovery-codes.txt",
    "method_remove_title": "Remove “{name}”?",
    "method_remove_text": (
        "It can no longer be used to sign in. All sessions opened with Hải Phòng ID's own password and codes end."
    ),
    "notice_password_set": "Password set. All other sessions have ended.",
    "notice_totp_set": "Authenticator app added.",
    "notice_password_removed": "Password removed.",
    "notice_totp_removed": "Authenticator app removed.",
    "notice_recovery_codes_removed": "Recovery codes removed.",
    "error_own_username_form": "Use 3 to 64 characters, a letter first: small letters, digits, dots, hyphens",
    "error_own_username_empty": "Choose a user name",
    "error_totp_wrong": "The code is not right. Enter the 6-digit code the app shows now",
    "error_second_factor_needed": (
        "The password is short and works only with the authenticator app. Set a longer one or remove it first."
    ),
    "use_recovery": "Use a recovery code",
    "recovery_title": "Use a recovery code",
    "recovery_code": "Recovery code",
    "recovery_hint": "16 letters and digits, like XXXX-XXXX-XXXX-XXXX; capitals or not, with hyphens or without",
    "recovery_use_otp": "Use the code in the authenticator app",
    "error_recovery_incomplete": "Enter all 16 letters and digits of a recovery code",
    "error_recovery_wrong": "The code is not right, or was used. {n:try|tries} left",
    "recovery_used_title": "A recovery code was used",
    "recovery_used_left": "The code just entered can't be used again. {n:code is|codes are} left.",
    "recovery_used_new": "This one takes its place, once you choose “I kept the code”:",
    "recovery_used_kept": "I kept the code, continue",
    "recovery_used_skip": "Continue without a new code",
}
