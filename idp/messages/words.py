"""Words of mail and SMS (PAGES §4.1): what, when, which service, how to dispute; never a way to sign in."""

from collections.abc import Mapping
from types import MappingProxyType

_VI = {
    "subject": "Hải Phòng ID: {what}",
    "when": "Thời gian: {time}.",
    "service": "Dịch vụ: {service} ({host}).",
    "browser": "Trình duyệt: {browser}.",
    "dispute": (
        "Không phải mình làm hoặc không rõ: tự gõ {host}/phong-lua-dao vào thanh địa chỉ để xem cách khóa tài khoản,"
        " hoặc mang thẻ căn cước đến bộ phận một cửa."
    ),
    "dispute_link": (
        "Hoặc mở đường dẫn này để khóa tài khoản, dùng một lần trong 72 giờ. Đường dẫn chỉ khóa được tài khoản: không"
        " đăng nhập, không hỏi mật khẩu hay mã. {url}"
    ),
    "dispute_hotline": "Khóa tài khoản qua điện thoại: {hotline}.",
    "dispute_sms": "Không phải mình? Tự gõ {host}/phong-lua-dao",
    "case": "Hồ sơ: {case}.",
    "unlock": (
        "Để mở khóa: tự gõ {host}/unlock vào thanh địa chỉ, hoặc mang thẻ căn cước đến bộ phận một cửa. Nếu đã đọc mã"
        " hoặc cài ứng dụng lạ, gọi ngân hàng ngay và xem {host}/phong-lua-dao."
    ),
    "unlock_hotline": "Hỏi thêm: {hotline}. Không ai mở khóa được qua điện thoại.",
    "unlock_sms": "Mở khóa: tự gõ {host}/unlock",
    "never": (
        "Hải Phòng ID không gửi đường dẫn đăng nhập, không gọi điện, không nhắn tin xin mật khẩu hay mã xác thực."
        " Ai hỏi là lừa đảo."
    ),
    "last_today": "Hôm nay sẽ không nhắn thêm về loại việc này.",
    "code_subject": "Hải Phòng ID: mã xác nhận thư điện tử",
    "code_email": "Mã để xác nhận địa chỉ thư điện tử này: {code}",
    "code_phone": "Hải Phòng ID: {code} là mã xác nhận số điện thoại này, dùng được trong {minutes} phút.",
    "code_where": "Nhập mã ở trang của tài khoản đã mở khi yêu cầu. Mã dùng được một lần, đến {time}.",
    "code_never": "Không đọc mã này cho bất kỳ ai, kể cả người xưng là cán bộ hay công an.",
    "code_ignore": "Không yêu cầu mã này thì không cần làm gì.",
    "sign_in_code_subject": "Hải Phòng ID: mã đăng nhập",
    "sign_in_code_email": "Mã để đăng nhập vào {service} ({host}): {code}",
    "sign_in_code_phone": (
        "Hải Phòng ID: {code} là mã đăng nhập vào {service} ({host}), dùng được trong {minutes} phút."
    ),
    "sign_in_code_where": "Chỉ nhập ở trang đăng nhập vừa mở trên {site}. Mã dùng được một lần, đến {time}.",
    "sign_in_code_ignore": "Không yêu cầu mã này thì không cần làm gì: chưa ai vào được tài khoản.",
    "new_device": "đăng nhập từ một trình duyệt mới",
    "unusual_sign_in": "lần đăng nhập khác thường",
    "new_service": "lần đầu vào một dịch vụ",
    "new_factor": "thêm hoặc đổi cách đăng nhập: {factor}",
    "factor_removed": "gỡ một cách đăng nhập: {factor}",
    "contact_changed_added": "thêm {channel} liên lạc",
    "contact_changed_removed": "gỡ {channel} liên lạc",
    "recovery": "khôi phục quyền vào tài khoản bằng {factor}",
    "high_risk_act_locked": "tài khoản bị khóa",
    "high_risk_act_unlocked": "tài khoản được mở khóa",
    "high_risk_act_released": "mật khẩu và mã được thử lại",
    "high_risk_act_number_changed": "đổi số định danh cá nhân trong hồ sơ",
    "high_risk_act_power_given": "mời hoặc giao người khác làm thay một tổ chức",
    "high_risk_act_administrator_ended": "xác nhận gỡ người quản trị cuối cùng của một tổ chức",
    "high_risk_act_desk_proved": "bộ phận một cửa đã xác minh danh tính để khôi phục tài khoản",
    "high_risk_act_desk_not_proved": "có người nhận là chủ tài khoản ở bộ phận một cửa nhưng không xác minh được",
    "official_looked": "cán bộ đã xem hồ sơ",
    "question_answered": "câu hỏi về lần cán bộ xem hồ sơ đã được trả lời",
    "data_request_received": "đã nhận yêu cầu về dữ liệu cá nhân",
    "data_request_closing": "có yêu cầu đóng tài khoản, sẽ thực hiện sau vài ngày nếu không rút lại",
    "data_request_answered": "yêu cầu về dữ liệu cá nhân đã được trả lời",
    "data_request_extended": "yêu cầu về dữ liệu cá nhân được gia hạn",
    "data_request_completed": "yêu cầu về dữ liệu cá nhân đã thực hiện xong",
    "data_request_refused": "yêu cầu về dữ liệu cá nhân bị từ chối, lý do ghi ở trang tài khoản",
    "data_request_closing_taken_back": "tài khoản không đóng nữa, vì vừa được khôi phục; vẫn muốn đóng thì yêu cầu lại",
    "data_request_withdrawn": "yêu cầu về dữ liệu cá nhân đã được rút",
    "data_copy": "một bản sao dữ liệu cá nhân đã được tạo",
    "account_closed": "tài khoản đã đóng và dữ liệu đã xóa",
    "other_parent_acted": "người đại diện khác đã dùng dịch vụ thay cho trẻ",
    "other_parent_consented": "người đại diện khác đã trả lời việc chia sẻ thông tin của trẻ",
    "cross_device_confirmed": "đăng nhập trên thiết bị khác, đã xác nhận bằng điện thoại",
    "cross_device_refused": "đã chặn một lần đăng nhập trên thiết bị khác chờ xác nhận bằng điện thoại",
    "channel_email": "địa chỉ thư điện tử",
    "channel_phone": "số điện thoại",
    "factor_password": "mật khẩu",
    "factor_totp": "ứng dụng xác thực",
    "factor_passkey": "khóa truy cập",
    "factor_recovery_codes": "mã khôi phục",
    "factor_national": "tài khoản định danh quốc gia",
    "factor_email_code": "mã gửi qua thư điện tử",
    "factor_phone_code": "mã gửi qua tin nhắn",
    "factor_desk": "xác minh tại bộ phận một cửa",
}

_EN = {
    "subject": "Hải Phòng ID: {what}",
    "when": "Time: {time}.",
    "service": "Service: {service} ({host}).",
    "browser": "Browser: {browser}.",
    "dispute": (
        "If this was not you, or you are not sure: type {host}/phong-lua-dao into the address bar to see how to lock the"
        " account, or take the ID card to a one-stop desk."
    ),
    "dispute_link": (
        "Or open this link to lock the account; it works once, for 72 hours. It can only lock the account: it signs"
        " nobody in and asks for no password or code. {url}"
    ),
    "dispute_hotline": "To lock the account by phone: {hotline}.",
    "dispute_sms": "Not you? Type {host}/phong-lua-dao yourself",
    "case": "Case: {case}.",
    "unlock": (
        "To unlock it: type {host}/unlock into the address bar, or take the ID card to a one-stop desk. If you read out a"
        " code or installed an app, call the bank now and see {host}/phong-lua-dao."
    ),
    "unlock_hotline": "To ask: {hotline}. Nobody can unlock by phone.",
    "unlock_sms": "To unlock: type {host}/unlock yourself",
    "never": (
        "Hải Phòng ID sends no sign-in links and never calls or texts to ask for a password or code. Anyone who asks is a"
        " fraudster."
    ),
    "last_today": "There will be no more messages of this kind today.",
    "code_subject": "Hải Phòng ID: code to confirm an email address",
    "code_email": "The code to confirm this email address: {code}",
    "code_phone": "Hải Phòng ID: {code} is the code to confirm this phone number. It works for {minutes} minutes.",
    "code_where": "Enter it on the account page that asked for it. It works once, until {time}.",
    "code_never": "Do not read this code to anyone, even someone who says they are an official or police.",
    "code_ignore": "If you did not ask for this code, there is nothing to do.",
    "sign_in_code_subject": "Hải Phòng ID: code to sign in",
    "sign_in_code_email": "The code to sign in to {service} ({host}): {code}",
    "sign_in_code_phone": (
        "Hải Phòng ID: {code} is the code to sign in to {service} ({host}). It works for {minutes} minutes."
    ),
    "sign_in_code_where": "Enter it only on the sign-in page just opened at {site}. It works once, until {time}.",
    "sign_in_code_ignore": "If you did not ask for this code, there is nothing to do: nobody got into the account.",
    "new_device": "sign-in from a new browser",
    "unusual_sign_in": "an unusual sign-in",
    "new_service": "a service was used for the first time",
    "new_factor": "a way to sign in was added or replaced: {factor}",
    "factor_removed": "a way to sign in was removed: {factor}",
    "contact_changed_added": "a contact {channel} was added",
    "contact_changed_removed": "a contact {channel} was removed",
    "recovery": "the account was recovered by {factor}",
    "high_risk_act_locked": "the account was locked",
    "high_risk_act_unlocked": "the account was unlocked",
    "high_risk_act_released": "password and code may be tried again",
    "high_risk_act_number_changed": "the personal ID number of the record was changed",
    "high_risk_act_power_given": "somebody was offered, or given, power to act for an organisation",
    "high_risk_act_administrator_ended": "the end of an organisation's last administrator was confirmed",
    "high_risk_act_desk_proved": "a one-stop desk proved an identity to recover the account",
    "high_risk_act_desk_not_proved": "somebody at a one-stop desk said this account was theirs and could not prove it",
    "official_looked": "an official looked at the record",
    "question_answered": "the question about an official's look at the record was answered",
    "data_request_received": "a request about personal data was received",
    "data_request_closing": "somebody asked to close the account, which happens in some days unless it is taken back",
    "data_request_answered": "a request about personal data was answered",
    "data_request_extended": "a request about personal data takes longer",
    "data_request_completed": "a request about personal data was done",
    "data_request_refused": "a request about personal data was refused, the reason stands on the account's page",
    "data_request_closing_taken_back": "the account is not closed, since it was recovered; to close it, ask again",
    "data_request_withdrawn": "a request about personal data was withdrawn",
    "data_copy": "a copy of the personal data was made",
    "account_closed": "the account was closed and its data erased",
    "other_parent_acted": "the other representative used a service for the child",
    "other_parent_consented": "the other representative answered what may be shared of the child",
    "cross_device_confirmed": "sign-in on another device, confirmed on a phone",
    "cross_device_refused": "a sign-in on another device that waited for a phone was blocked",
    "channel_email": "email address",
    "channel_phone": "phone number",
    "factor_password": "password",
    "factor_totp": "authenticator app",
    "factor_passkey": "passkey",
    "factor_recovery_codes": "recovery codes",
    "factor_national": "national e-ID account",
    "factor_email_code": "codes sent by email",
    "factor_phone_code": "codes sent by text message",
    "factor_desk": "proof in person at a one-stop desk",
}

WORDS: Mapping[str, Mapping[str, str]] = {"vi": MappingProxyType(_VI), "en": MappingProxyType(_EN)}
"""Language → key → words; both languages have the same keys."""
