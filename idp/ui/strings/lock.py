"""Words of locking and unlocking one's account (PAGES §3.1.18, §3.1.22)."""

VI = {
    "lock_title": "Khóa tài khoản khẩn cấp",
    "lock_text": (
        "Khóa xong: mọi phiên đóng, không ai đăng nhập được, kể cả bằng {upstream}, cho đến khi mở khóa."
    ),
    "lock_pressed_twice": (
        "Trình duyệt này không còn đăng nhập. Nếu vừa bấm khóa thì tài khoản đã khóa, và số hồ sơ nằm trong tin báo vừa "
        "gửi đến các kênh liên lạc."
    ),
    "lock_signed_in": "Khi đang đăng nhập",
    "lock_sign_in_first": "Trình duyệt này chưa đăng nhập. Đăng nhập xong, trang này mở lại.",
    "lock_recovery": "Bằng mã khôi phục",
    "lock_recovery_text": "Mã này dùng được một lần. Chỉ có tên đăng nhập thì không khóa được.",
    "lock_desk_text": "Đến bộ phận một cửa bất kỳ với thẻ căn cước. Cán bộ khóa tại chỗ.",
    "lock_hotline": "Hoặc gọi {hotline}.",
    "error_lock_wrong": "Tên đăng nhập hoặc mã chưa đúng. Chưa có gì bị khóa",
    "unlock_title": "Mở khóa tài khoản",
    "unlock_how": "Cách mở khóa",
    "unlock_text": (
        "Tài khoản tự khóa thì chủ tài khoản tự mở được. Khóa theo yêu cầu của cơ quan có thẩm quyền, hết thời hạn "
        "cư trú hoặc do cán bộ khóa thì không mở được ở đây."
    ),
    "unlock_national": "Bằng {upstream}, mức cao",
    "unlock_national_text": (
        "Đăng nhập lại từ đầu ở trang của {upstream}. Cách đăng nhập có thể đã ở trong tay người khác vẫn ngừng, "
        "cho đến khi được thêm lại."
    ),
    "unlock_submit": "Mở khóa bằng {upstream}",
    "unlock_desk": "Tại bộ phận một cửa",
    "unlock_desk_text": "Mang thẻ căn cước và số hồ sơ, nếu có. Không ai mở khóa được qua điện thoại.",
    "unlock_hotline": "Hỏi thêm: {hotline}.",
    "dispute_lead": "Thư báo từ Hải Phòng ID đã nói về việc này. Trang này chỉ khóa được tài khoản, không đăng nhập.",
    "dispute_lead_power": (
        "Thư báo từ Hải Phòng ID đã nói về việc này. Trang này chỉ khóa được tài khoản và chấm dứt quyền nói ở đây, "
        "không đăng nhập."
    ),
    "dispute_cancel": "Chưa khóa, đóng lại",
    "dispute_over_title": "Đường dẫn không còn dùng được",
    "dispute_over_text": (
        "Đường dẫn khóa tài khoản dùng được một lần, trong 72 giờ. Có thể tài khoản đã được khóa. "
        "Nếu chưa, vẫn khóa được ngay."
    ),
    "ask_why_title": "Vì sao cán bộ xem hồ sơ?",
    "ask_why_text": "Cơ quan của cán bộ phải trả lời. Câu trả lời hiện ở trang này, và có thư báo khi có.",
    "ask_why_submit": "Gửi câu hỏi",
    "ask_why_back": "Quay lại lịch sử",
    "ask_why_asked": "Đã hỏi lúc {at}. Số {case}.",
    "ask_why_waiting": "Chưa có câu trả lời.",
    "ask_why_answer": "Trả lời",
    "history_ask_why": "Hỏi lý do",
}

EN = {
    "lock_title": "Lock my account",
    "lock_text": (
        "Once locked, all sessions end and nobody can sign in, not even with {upstream}, until it is unlocked."
    ),
    "lock_pressed_twice": (
        "This browser is signed in no more. If you have just pressed to lock, the account is locked. The case number is "
        "in the messages just sent to your contacts."
    ),
    "lock_signed_in": "While signed in",
    "lock_sign_in_first": "This browser is not signed in. Once you have signed in, this page opens again.",
    "lock_recovery": "With a recovery code",
    "lock_recovery_text": "The code works once. A user name alone never locks an account.",
    "lock_desk_text": "Go to any one-stop desk with the ID card. The official locks it on the spot.",
    "lock_hotline": "Or call {hotline}.",
    "error_lock_wrong": "The user name or code is not right. Nothing was locked",
    "unlock_title": "Unlock the account",
    "unlock_how": "How to unlock",
    "unlock_text": (
        "What its holder locked, its holder can unlock. A lock by an authority, by an official, or because a period "
        "of residence is over can't be lifted here."
    ),
    "unlock_national": "With {upstream}, at the high level",
    "unlock_national_text": (
        "Sign in from the beginning on the page of {upstream}. A way to sign in that may be in other hands stays "
        "switched off until it is added again."
    ),
    "unlock_submit": "Unlock with {upstream}",
    "unlock_desk": "At a one-stop desk",
    "unlock_desk_text": "Bring the ID card, and the case number if there is one. Nobody can unlock it by phone.",
    "unlock_hotline": "Questions: {hotline}.",
    "dispute_lead": "A message from Hải Phòng ID told of this. This page can only lock the account; it signs nobody in.",
    "dispute_lead_power": (
        "A message from Hải Phòng ID told of this. This page can only lock the account and end the power it is about; it "
        "signs nobody in."
    ),
    "dispute_cancel": "Not yet, close",
    "dispute_over_title": "This link no longer works",
    "dispute_over_text": (
        "A link to lock the account works once, for 72 hours. The account may be locked already. "
        "If not, it can still be locked now."
    ),
    "ask_why_title": "Why did an official look at the record?",
    "ask_why_text": "The official's agency must answer. The answer appears on this page, and a message says so.",
    "ask_why_submit": "Send the question",
    "ask_why_back": "Back to the history",
    "ask_why_asked": "Asked at {at}. Number {case}.",
    "ask_why_waiting": "There is no answer yet.",
    "ask_why_answer": "Answer",
    "history_ask_why": "Ask why",
}
