"""Words of `/account/contacts`: where a person is reached, and the codes that prove it (PAGES §3.1.4, §4.1)."""

VI = {
    "contacts_title": "Thư điện tử và số điện thoại",
    "contacts_lead": (
        "Hải Phòng ID báo đến đây khi có việc quan trọng với tài khoản. Mỗi loại có thể thêm hai, phòng khi mất một."
    ),
    "contacts_national": "Số do {upstream} xác nhận",
    "contacts_national_text": "Cũng nhận được tin báo. Số này chỉ đổi được ở {upstream}.",
    "contacts_email": "Thư điện tử",
    "contacts_phone": "Số điện thoại",
    "contacts_none": "Chưa có.",
    "contacts_change": "Đổi",
    "contacts_remove": "Gỡ",
    "contacts_changing": "Thay cho:",
    "contacts_new_email": "Địa chỉ thư điện tử mới",
    "contacts_new_phone": "Số điện thoại mới",
    "contacts_hint_email": "Ví dụ: ten@example.vn. Một mã sẽ được gửi đến địa chỉ này.",
    "contacts_hint_phone": "Ví dụ: 0901 234 567. Một mã sẽ được gửi đến số này.",
    "contacts_send": "Gửi mã",
    "contacts_full": "Đã đủ hai. Gỡ hoặc đổi một trước khi thêm.",
    "contacts_no_sender": "Hiện chưa gửi được thư hay tin nhắn nên chưa thêm được.",
    "contact_code_title_email": "Xác nhận thư điện tử",
    "contact_code_title_phone": "Xác nhận số điện thoại",
    "contact_code_sent": "Đã gửi mã đến",
    "contacts_enter_code": "Nhập mã",
    "contact_code_lasts_email": "Mã dùng được trong 24 giờ.",
    "contact_code_lasts_phone": "Mã dùng được trong 10 phút.",
    "contact_code": "Mã 6 số",
    "contact_code_again": "Gửi lại mã",
    "contact_code_cancel": "Quay lại",
    "contact_code_phone_risk": (
        "Tin nhắn có thể bị người khác đọc khi mất máy hoặc bị chiếm số. Nên có thêm một địa chỉ thư điện tử."
    ),
    "contacts_opens": "Mã gửi đến đây mở được tài khoản ở dịch vụ chỉ cần mức thấp.",
    "contacts_opens_from": "Từ {time}, mã gửi đến đây mở được tài khoản ở dịch vụ chỉ cần mức thấp.",
    "contacts_let_open": "Dùng để đăng nhập",
    "contacts_let_open_no_more": "Thôi dùng để đăng nhập",
    "contact_opens_title_on": "Dùng mã gửi đến đây để đăng nhập?",
    "contact_opens_title_off": "Thôi dùng mã gửi đến đây để đăng nhập?",
    "contact_opens_low": (
        "Chỉ ở dịch vụ cần mức thấp, và chỉ khi gõ đúng địa chỉ này. Không thay được mã xác thực, khóa truy cập hay "
        "{upstream} ở nơi cần cao hơn."
    ),
    "contact_opens_risk_phone": (
        "**Tin nhắn là cách yếu.** Ai mất máy, bị đổi SIM hay bị lừa đọc mã thì người khác vào được. Nên dùng "
        '[khóa truy cập](/account/methods/passkeys "instead-passkey") hoặc [ứng dụng xác thực](/account/methods '
        '"instead-methods").'
    ),
    "contact_opens_risk_email": (
        "**Thư điện tử là cách yếu nhất.** Ai đọc được hộp thư thì vào được. Nên dùng "
        '[khóa truy cập](/account/methods/passkeys "instead-passkey") hoặc [ứng dụng xác thực](/account/methods '
        '"instead-methods").'
    ),
    "contact_opens_when": "Có hiệu lực sau 24 giờ. Mọi nơi liên lạc đang có sẽ được báo.",
    "contact_opens_off_text": "Có hiệu lực ngay. Địa chỉ vẫn nhận được tin báo.",
    "contact_opens_cancel": "Quay lại",
    "contact_remove_title_email": "Gỡ thư điện tử này?",
    "contact_remove_title_phone": "Gỡ số điện thoại này?",
    "contact_remove_text": "Sẽ không còn nhận được tin báo ở đây. Một tin cuối cùng được gửi đến để cho biết việc này.",
    "contact_remove_cancel": "Giữ lại",
    "notice_contact_added": "Đã thêm. Các nơi liên lạc đang có đã được báo.",
    "notice_contact_removed": "Đã gỡ. Nơi vừa gỡ đã được báo.",
    "notice_contact_opens": "Đã cho dùng để đăng nhập, có hiệu lực sau 24 giờ.",
    "notice_contact_opens_no_more": "Đã thôi dùng để đăng nhập.",
    "notice_contact_full": "Đã đủ hai. Gỡ hoặc đổi một trước khi thêm.",
    "error_contact_email_form": "Nhập địa chỉ thư điện tử, chỉ gồm chữ không dấu, ví dụ ten@example.vn",
    "error_contact_phone_form": "Nhập số điện thoại, ví dụ 0901 234 567",
    "error_contact_code_over": "Mã không còn dùng được. Gửi mã mới",
}

EN = {
    "contacts_title": "Email and phone",
    "contacts_lead": (
        "Hải Phòng ID tells you here of what matters to the account. Two of each kind may be added, in case one is lost."
    ),
    "contacts_national": "Number confirmed by {upstream}",
    "contacts_national_text": "It gets messages too. It can be changed at {upstream} only.",
    "contacts_email": "Email",
    "contacts_phone": "Phone",
    "contacts_none": "None yet.",
    "contacts_change": "Change",
    "contacts_remove": "Remove",
    "contacts_changing": "Instead of:",
    "contacts_new_email": "New email address",
    "contacts_new_phone": "New phone number",
    "contacts_hint_email": "Example: name@example.vn. A code will be sent to this address.",
    "contacts_hint_phone": "Example: 0901 234 567. A code will be sent to this number.",
    "contacts_send": "Send a code",
    "contacts_full": "There are two already. Remove or change one before adding.",
    "contacts_no_sender": "No mail or text messages can be sent now, so nothing can be added.",
    "contact_code_title_email": "Confirm the email address",
    "contact_code_title_phone": "Confirm the phone number",
    "contact_code_sent": "A code was sent to",
    "contacts_enter_code": "Enter the code",
    "contact_code_lasts_email": "The code works for 24 hours.",
    "contact_code_lasts_phone": "The code works for 10 minutes.",
    "contact_code": "6-digit code",
    "contact_code_again": "Send a new code",
    "contact_code_cancel": "Back",
    "contact_code_phone_risk": (
        "Others may read text messages when a phone is lost or a number is taken over. Add an email address too."
    ),
    "contacts_opens": "Codes sent here open the account at services that need level low only.",
    "contacts_opens_from": "From {time} on, codes sent here open the account at services that need level low only.",
    "contacts_let_open": "Use to sign in",
    "contacts_let_open_no_more": "Stop using to sign in",
    "contact_opens_title_on": "Use codes sent here to sign in?",
    "contact_opens_title_off": "Stop using codes sent here to sign in?",
    "contact_opens_low": (
        "Only at services that need level low, and only when this very address is typed. It does not replace the "
        "authenticator code, the passkey or {upstream} where more is needed."
    ),
    "contact_opens_risk_phone": (
        "**Text messages are weak.** Who loses the phone, has the SIM swapped or is tricked into reading out a code lets "
        'others in. Better use a [passkey](/account/methods/passkeys "instead-passkey") or an [authenticator '
        'app](/account/methods "instead-methods").'
    ),
    "contact_opens_risk_email": (
        "**Email is the weakest way.** Whoever reads the mailbox gets in. Better use a "
        '[passkey](/account/methods/passkeys "instead-passkey") or an [authenticator app](/account/methods '
        '"instead-methods").'
    ),
    "contact_opens_when": "It takes effect after 24 hours. All the contacts you have will be told.",
    "contact_opens_off_text": "It takes effect at once. The address still gets messages.",
    "contact_opens_cancel": "Back",
    "contact_remove_title_email": "Remove this email address?",
    "contact_remove_title_phone": "Remove this phone number?",
    "contact_remove_text": "No more messages will come here. A last one is sent to say so.",
    "contact_remove_cancel": "Keep it",
    "notice_contact_added": "Added. The contacts you already have were told.",
    "notice_contact_removed": "Removed. The contact that was removed was told.",
    "notice_contact_opens": "Allowed for signing in, in effect after 24 hours.",
    "notice_contact_opens_no_more": "No longer used to sign in.",
    "notice_contact_full": "There are two already. Remove or change one before adding.",
    "error_contact_email_form": "Enter an email address of plain Latin letters, for example name@example.vn",
    "error_contact_phone_form": "Enter a phone number, for example 0901 234 567",
    "error_contact_code_over": "The code no longer works. Send a new one",
}
