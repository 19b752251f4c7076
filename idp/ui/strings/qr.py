"""Words of signing in on one device by confirming it on a phone (PAGES §3.1.9)."""

VI = {
    "method_qr": "Quét mã QR",
    "method_qr_hint": "Dùng điện thoại đã đăng nhập Hải Phòng ID",
    "qr_title": "Quét mã bằng điện thoại",
    "qr_step_scan": "Mở camera của điện thoại, quét mã.",
    "qr_step_check": "Kiểm tra tên dịch vụ trên điện thoại.",
    "qr_step_number": "Nhập số này vào điện thoại:",
    "qr_picture": "Mã QR để quét bằng điện thoại. Không quét được thì dùng mã chữ bên dưới.",
    "qr_typed": "Không quét được? Mở **{host}/q** trên điện thoại và nhập **{code}**",
    "qr_until": "Mã dùng được đến {at}. Số không nằm trong mã: chỉ người nhìn thấy màn hình này biết số.",
    "qr_submit": "Đã xác nhận trên điện thoại",
    "qr_waiting": "Chưa nhận được xác nhận. Bấm lại sau khi xong trên điện thoại.",
    "qr_text": (
        "Mã dùng được trong 2 phút, cho một lần đăng nhập ở trình duyệt này. Cần điện thoại đã đăng nhập Hải Phòng ID."
    ),
    "qr_new": "Lấy mã mới",
    "error_qr_expired": "Mã đã hết hạn. Lấy mã mới.",
    "error_qr_not_me": "Trên điện thoại đã bấm “Không phải tôi”. Lần đăng nhập này bị chặn.",
    "error_qr_wrong_numbers": "Đã nhập sai số 3 lần trên điện thoại. Yêu cầu này bị hủy.",
    "error_qr_far": (
        "Hai thiết bị ở quá xa nhau. Để tránh lừa đảo, lần này đã bị dừng. Dùng cách khác để đăng nhập."
    ),
    "error_qr_phone_gone": "Phiên trên điện thoại đã kết thúc. Đăng nhập lại trên điện thoại rồi lấy mã mới.",
    "error_qr_spent": "Mã này đã dùng rồi. Lấy mã mới.",
    "qr_code_title": "Nhập mã trên màn hình kia",
    "qr_code_field": "Mã đăng nhập",
    "qr_code_hint": "Tám chữ cái, ví dụ BCDF-GHJK. Không phân biệt chữ hoa, chữ thường.",
    "error_qr_code_incomplete": "Nhập đủ tám chữ cái của mã",
    "error_qr_none": "Mã chưa đúng, đã dùng hoặc đã hết hạn. Xem lại mã trên màn hình kia, hoặc lấy mã mới ở đó.",
    "qr_sign_in_title": "Đăng nhập trên điện thoại này trước",
    "qr_sign_in_text": (
        "Để xác nhận cho thiết bị kia, điện thoại này phải đăng nhập Hải Phòng ID. Xong bước này sẽ quay lại đây. "
        "Mã trên màn hình kia dùng được 2 phút: nếu hết hạn thì lấy mã mới và quét lại."
    ),
    "qr_again_title": "Đăng nhập lại trên điện thoại này",
    "qr_again_text": (
        "Dịch vụ trên thiết bị kia cần một lần đăng nhập mới hơn hoặc ở mức cao hơn. Xong bước này sẽ quay lại đây. "
        "Nếu mã trên màn hình kia hết hạn thì lấy mã mới và quét lại."
    ),
    "qr_scam_not_signed_in": (
        "Nếu có người gọi điện hoặc nhắn tin bảo mở trang này: đó là lừa đảo. Hãy đóng trang."
    ),
    "qr_confirm_title": "Có phải đang đăng\u00a0nhập trên máy khác?",
    "qr_service": "Dịch vụ",
    "qr_device": "Thiết bị kia",
    "qr_device_both": "{browser} trên {system}",
    "qr_device_unknown": "Không rõ",
    "qr_area": "Khu vực",
    "qr_area_same_network": "Cùng mạng với điện thoại này",
    "qr_area_city": "Mạng khác, trong thành phố",
    "qr_at": "Thời điểm",
    "qr_number": "Số đang hiện trên màn hình kia",
    "qr_number_hint": "Hai chữ số. Chỉ nhập khi chính mình đang nhìn thấy màn hình đó.",
    "qr_scam": "Nếu có người gọi điện đọc số hoặc bảo quét mã: đó là lừa đảo. Bấm “Không phải tôi”.",
    "qr_scam_typing": "Nếu có người gọi điện đọc mã này: đó là lừa đảo. Hãy đóng trang.",
    "qr_confirm": "Xác nhận",
    "qr_not_me": "Không phải tôi",
    "error_qr_number_incomplete": "Nhập đủ hai chữ số",
    "error_qr_number_wrong": "Số không khớp. Còn {n} lần thử",
    "qr_answered_confirmed_title": "Đã xác nhận",
    "qr_answered_confirmed_text": "Quay lại màn hình kia: ở đó tự đi tiếp, hoặc bấm “Đã xác nhận trên điện thoại”.",
    "qr_answered_see": (
        "Lần đăng nhập này có trong [Lịch sử](/account/history), và được báo đến các kênh liên lạc đã đăng ký."
    ),
    "qr_answered_not_me_title": "Đã chặn lần đăng nhập đó",
    "qr_answered_not_me_text": "Thiết bị kia không vào được {rp}. Tài khoản vẫn an toàn.",
    "qr_answered_wrong_numbers_title": "Đã sai 3 lần, yêu cầu này bị hủy",
    "qr_answered_wrong_numbers_text": (
        "Thiết bị kia không vào được {rp}. Nếu đang tự mình đăng nhập, lấy mã mới trên màn hình đó và quét lại."
    ),
    "qr_answered_lock": "Nếu nghi tài khoản bị lộ, khóa tài khoản ngay.",
    "qr_lock": "Khóa tài khoản",
    "case_qr_far_title": "Hai thiết bị ở quá xa nhau",
    "case_qr_far_text": "Để tránh lừa đảo, lần này đã bị dừng. Dùng cách khác để đăng nhập.",
    "event_cross_device_confirmed": "Đã xác nhận đăng nhập vào {service} trên thiết bị khác",
    "event_cross_device_refused": "Không xác nhận đăng nhập vào {service} trên thiết bị khác",
}

EN = {
    "method_qr": "Scan a QR code",
    "method_qr_hint": "With a phone signed in to Hải Phòng ID",
    "qr_title": "Scan with a phone",
    "qr_step_scan": "Open the phone's camera, scan the code.",
    "qr_step_check": "Check the service name on the phone.",
    "qr_step_number": "Enter this number on the phone:",
    "qr_picture": "QR code to scan with a phone. If it can't be scanned, use the code in letters below.",
    "qr_typed": "Can't scan? Open **{host}/q** on the phone and enter **{code}**",
    "qr_until": (
        "The code works until {at}. The number is not in the code: only who sees this screen knows it."
    ),
    "qr_submit": "Confirmed on the phone",
    "qr_waiting": "No confirmation yet. Press again when done on the phone.",
    "qr_text": (
        "The code works for 2 minutes, for one sign-in in this browser. It takes a phone signed in to Hải Phòng ID."
    ),
    "qr_new": "Get a new code",
    "error_qr_expired": "The code has expired. Get a new one.",
    "error_qr_not_me": "“Not me” was pressed on the phone. This sign-in was blocked.",
    "error_qr_wrong_numbers": "The number was wrong 3 times on the phone. This request is cancelled.",
    "error_qr_far": "The two devices are too far apart. Stopped to prevent fraud. Sign in another way.",
    "error_qr_phone_gone": "The session on the phone has ended. Sign in on the phone again, then get a new code.",
    "error_qr_spent": "This code was used. Get a new one.",
    "qr_code_title": "Enter the code on the other screen",
    "qr_code_field": "Sign-in code",
    "qr_code_hint": "Eight letters, for example BCDF-GHJK. Capital or small letters are the same.",
    "error_qr_code_incomplete": "Enter all eight letters of the code",
    "error_qr_none": "The code is not right, was used or has expired. Look again, or get a new one on the other screen.",
    "qr_sign_in_title": "Sign in on this phone first",
    "qr_sign_in_text": (
        "To confirm for the other device, this phone must be signed in to Hải Phòng ID. You will come back here after. "
        "The code on the other screen works for 2 minutes: if it expires, get a new one and scan again."
    ),
    "qr_again_title": "Sign in again on this phone",
    "qr_again_text": (
        "The service on the other device needs a more recent sign-in, or a stronger one. You will come back here after. "
        "If the code on the other screen expires, get a new one and scan again."
    ),
    "qr_scam_not_signed_in": (
        "If someone on the phone or in a message tells you to open this page: it is a scam. Close it."
    ),
    "qr_confirm_title": "Are you signing in on another device?",
    "qr_service": "Service",
    "qr_device": "Other device",
    "qr_device_both": "{browser} on {system}",
    "qr_device_unknown": "Not known",
    "qr_area": "Area",
    "qr_area_same_network": "The same network as this phone",
    "qr_area_city": "Another network, in the city",
    "qr_at": "Time",
    "qr_number": "Number on the other screen",
    "qr_number_hint": "Two digits. Only enter it if you yourself can see that screen.",
    "qr_scam": "If someone on the phone reads you a number or tells you to scan: it is a scam. Press “Not me”.",
    "qr_scam_typing": "If someone on the phone reads you this code: it is a scam. Close the page.",
    "qr_confirm": "Confirm",
    "qr_not_me": "Not me",
    "error_qr_number_incomplete": "Enter both digits",
    "error_qr_number_wrong": "The number does not match. {n:try|tries} left",
    "qr_answered_confirmed_title": "Confirmed",
    "qr_answered_confirmed_text": "Go back to the other screen: it goes on by itself, or press “Confirmed on the phone”.",
    "qr_answered_see": (
        "This sign-in is in the [history](/account/history), and the contacts registered are told of it."
    ),
    "qr_answered_not_me_title": "That sign-in was blocked",
    "qr_answered_not_me_text": "The other device does not get into {rp}. The account is safe.",
    "qr_answered_wrong_numbers_title": "3 wrong tries, this request is cancelled",
    "qr_answered_wrong_numbers_text": (
        "The other device does not get into {rp}. If you are signing in yourself, get a new code on that screen and scan "
        "again."
    ),
    "qr_answered_lock": "If you suspect that the account has leaked, lock it now.",
    "qr_lock": "Lock the account",
    "case_qr_far_title": "The two devices are too far apart",
    "case_qr_far_text": "Stopped to prevent fraud. Sign in another way.",
    "event_cross_device_confirmed": "Confirmed a sign-in to {service} on another device",
    "event_cross_device_refused": "Did not confirm a sign-in to {service} on another device",
}
