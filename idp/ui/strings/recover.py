"""Words of the ways back into an account (PAGES §3.1.19), and of what waits for a time afterwards."""

VI = {
    "recover_title": "Không đăng\u00a0nhập được?",
    "recover_intro": "Chọn cách đầu tiên làm được. Không cách nào chỉ dựa vào thư điện tử hay tin nhắn.",
    "recover_other": "Còn cách đăng nhập khác",
    "recover_other_hint": (
        "Khóa truy cập (passkey): dùng ngay ở đây. Mã khôi phục trên giấy: quay lại dịch vụ, nhập mật khẩu rồi mã đó."
    ),
    "recover_national": "Đăng nhập lại bằng {upstream} mức độ 02",
    "recover_national_hint": "Sau đó gỡ cách đã mất và đặt cách mới, ngay trên trang này",
    "recover_national_down": (
        "**Chưa đăng nhập được bằng {upstream}.** Dùng cách khác, hoặc đợi hệ thống hoạt động trở lại."
    ),
    "recover_desk": "Đến bộ\u00a0phận một\u00a0cửa với thẻ căn\u00a0cước, khoảng 5\u00a0phút",
    "recover_desk_hint": "Bộ phận một cửa của mọi xã, phường, đặc khu. Cán bộ trao một mã in trên giấy.",
    "recover_desk_code": "Đã có mã trên giấy",
    "recover_after": (
        "Khôi phục xong: các phiên cũ đóng, mọi kênh liên lạc được báo, và trong {hours} giờ chưa ký và nộp được hồ sơ."
    ),
    "recover_renew_title": "Khôi phục tài khoản",
    "recover_renew_text": (
        "Đã xác nhận bằng {upstream}. Đánh dấu những gì đã mất hoặc có thể người khác đang giữ."
    ),
    "recover_lost_legend": "Đã mất những gì?",
    "recover_lost_password": "Mật khẩu",
    "recover_lost_totp": "Ứng dụng xác thực",
    "recover_lost_recovery_codes": "Mã khôi phục in trên giấy",
    "recover_lost_passkeys": "Khóa truy cập (passkey), tất cả",
    "recover_lost_sent_codes": "Mã gửi qua tin nhắn hoặc thư điện tử",
    "recover_lost_gone": "Ngừng ngay, không dùng được nữa",
    "recover_lost_none": "Chưa có cách đăng nhập riêng nào của Hải Phòng ID, nên không có gì phải gỡ.",
    "recover_renew_does": (
        "Bấm “Khôi phục”: mọi phiên khác đóng, mọi ứng dụng phải đăng nhập lại, mọi kênh liên lạc được báo. "
        "Trong {hours} giờ chưa ký và nộp được hồ sơ, chưa đổi được liên lạc và ủy quyền."
    ),
    "recover_submit": "Khôi phục",
    "recover_cancel": "Hủy và quay lại",
    "recover_done_title": "Đã khôi phục",
    "recover_done_text": (
        "Các phiên cũ đã đóng. Đến {until} chưa ký và nộp được hồ sơ. Đã báo đến mọi kênh liên lạc."
    ),
    "recover_done_next": "Đặt cách đăng nhập mới:",
    "recover_done_passkey": "Thêm khóa truy cập",
    "recover_done_password": "Đặt mật khẩu",
    "recover_done_totp": "Thêm ứng dụng xác thực",
    "recover_done_account": "Về tài khoản của tôi",
    "recover_paper_title": "Nhập mã của bộ\u00a0phận một\u00a0cửa",
    "recover_paper_text": "Cả hai số nằm trên giấy cán bộ vừa trao. Mã dùng được một lần, trong 30 phút.",
    "recover_paper_case": "Số phiếu",
    "recover_paper_case_hint": "8 chữ và số",
    "recover_paper_code": "Mã",
    "recover_paper_code_hint": "16 chữ và số",
    "recover_bind_title": "Đặt cách đăng\u00a0nhập mới",
    "recover_bind_text": "Đặt xong, mọi cách đăng nhập cũ của Hải Phòng ID không dùng được nữa.",
    "recover_bind_totp": "Ứng dụng xác thực (không bắt buộc)",
    "recover_bind_totp_text": (
        "Quét mã này bằng ứng dụng xác thực trên điện thoại rồi nhập mã 6 số. "
        "Để trống nếu chưa dùng; chỉ có mật khẩu thì vào được ít dịch vụ hơn."
    ),
    "recover_bind_submit": "Đặt và khôi phục",
    "recover_desk_done_text": "Đăng nhập được bằng mật khẩu mới, với tên: {names}.",
    "recover_desk_done_totp": "Cùng mật khẩu, nhập mã trong ứng dụng xác thực.",
    "recover_desk_done_next": "Mở lại dịch vụ cần dùng và bấm đăng nhập.",
    "held_title": "Việc này đang tạm dừng",
    "held_text": "Tài khoản vừa được khôi phục. Để an toàn, việc này làm được từ {until}.",
    "held_meanwhile": (
        "Việc bảo vệ tài khoản vẫn làm được ngay: kết thúc phiên, rút ủy quyền và sự đồng ý, khóa tài khoản."
    ),
    "held_not_me": "Không phải mình khôi phục?",
    "held_history": "Xem lịch sử và báo “Không phải tôi”",
    "error_desk_code_wrong": "Số phiếu hoặc mã chưa đúng, đã dùng hoặc đã hết hạn",
    "error_held": (
        "Tài khoản vừa được khôi phục. Dịch vụ này cần xác thực mức cao, dùng được từ {until}. "
        "Hồ sơ đang làm vẫn được giữ."
    ),
}

EN = {
    "recover_title": "Can't sign in?",
    "recover_intro": "Choose the first way that works. None of them rests on email or text messages alone.",
    "recover_other": "I have another method",
    "recover_other_hint": (
        "A passkey: use it here. A recovery code on paper: go back to the service, enter the password, then that code."
    ),
    "recover_national": "Sign in again with {upstream} level 02",
    "recover_national_hint": "Then remove what is lost and set a new method, right here",
    "recover_national_down": (
        "**Signing in with {upstream} is not possible now.** Use another way, or wait until it works again."
    ),
    "recover_desk": "Go to a one-stop desk with the ID card, about 5 minutes",
    "recover_desk_hint": "The one-stop desk of every commune. The official hands you a code on paper.",
    "recover_desk_code": "I have a code on paper",
    "recover_after": (
        "Once recovered: old sessions end, all contact channels are told, and signing and submitting stay closed "
        "for {hours} hours."
    ),
    "recover_renew_title": "Recover the account",
    "recover_renew_text": "Confirmed by {upstream}. Tick what is lost, or what somebody else may have.",
    "recover_lost_legend": "What is lost?",
    "recover_lost_password": "Password",
    "recover_lost_totp": "Authenticator app",
    "recover_lost_recovery_codes": "Recovery codes on paper",
    "recover_lost_passkeys": "Passkeys, all of them",
    "recover_lost_sent_codes": "Codes by text message or email",
    "recover_lost_gone": "Stops working at once",
    "recover_lost_none": "There is no Hải Phòng ID sign-in method of your own, so nothing has to be removed.",
    "recover_renew_does": (
        "“Recover” ends every other session, signs every app out and tells all contact channels. For {hours} hours "
        "signing and submitting stay closed, and contacts and authorisations can't be changed."
    ),
    "recover_submit": "Recover",
    "recover_cancel": "Cancel and go back",
    "recover_done_title": "Recovered",
    "recover_done_text": (
        "Old sessions ended. Signing and submitting open again at {until}. All contact channels were told."
    ),
    "recover_done_next": "Set a new method:",
    "recover_done_passkey": "Add a passkey",
    "recover_done_password": "Set a password",
    "recover_done_totp": "Add an authenticator app",
    "recover_done_account": "Go to my account",
    "recover_paper_title": "Enter the code from the one-stop desk",
    "recover_paper_text": "Both are on the paper the official has just given you. The code works once, for 30 minutes.",
    "recover_paper_case": "Case number",
    "recover_paper_case_hint": "8 letters and digits",
    "recover_paper_code": "Code",
    "recover_paper_code_hint": "16 letters and digits",
    "recover_bind_title": "Set a new method",
    "recover_bind_text": "Every earlier Hải Phòng ID sign-in method stops working when this is done.",
    "recover_bind_totp": "Authenticator app (optional)",
    "recover_bind_totp_text": (
        "Scan this with the authenticator app on the phone, then enter the 6-digit code. "
        "Leave it empty if you don't use one; a password alone opens fewer services."
    ),
    "recover_bind_submit": "Set and recover",
    "recover_desk_done_text": "Sign in with the new password, as: {names}.",
    "recover_desk_done_totp": "Beside the password, enter the code of the authenticator app.",
    "recover_desk_done_next": "Open the service you need and choose to sign in.",
    "held_title": "This is on hold",
    "held_text": "The account was recovered a short while ago. For safety, this opens again at {until}.",
    "held_meanwhile": (
        "What protects the account works at once: ending sessions, authorisations and consents, locking the account."
    ),
    "held_not_me": "It wasn't you who recovered it?",
    "held_history": "See the history and report “Not me”",
    "error_desk_code_wrong": "The case number or code is not right, was used, or has expired",
    "error_held": (
        "The account was recovered a short while ago. This service needs the high level, which opens again at {until}. "
        "The draft is kept."
    ),
}
