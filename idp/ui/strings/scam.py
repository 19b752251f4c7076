"""Words of `/phong-lua-dao`: how to tell, what we never do, what to do now (PAGES §4.1)."""

VI = {
    "scam_title": "Phòng lừa đảo",
    "scam_lead": "Ai hỏi mật khẩu hay mã xác thực đều là lừa đảo, kể cả người xưng là công an hay cán bộ.",
    "scam_now": "Vừa đọc mã, bấm đường dẫn lạ hoặc cài ứng dụng lạ",
    "scam_now_1": "Gọi ngân hàng ngay bằng số in trên thẻ để chặn giao dịch.",
    "scam_now_2": (
        "[Khóa tài khoản](/lock) ngay trên trang này, hoặc đến bộ phận một cửa gần nhất với thẻ căn cước. "
        "Khóa xong, mọi phiên đóng."
    ),
    "scam_now_3": "Báo công an nơi gần nhất.",
    "scam_now_4": "Tắt mạng của điện thoại đã cài ứng dụng lạ. Dùng máy khác để liên hệ.",
    "scam_tell": "Cách nhận biết trang thật",
    "scam_tell_1": "Địa chỉ trên thanh trình duyệt phải đúng là {origin}. Khác một chữ là trang khác.",
    "scam_tell_2": "Tên và địa chỉ của dịch vụ yêu cầu đăng nhập luôn hiện ở đầu trang.",
    "scam_tell_3": (
        "Mật khẩu của tài khoản định danh quốc gia chỉ nhập ở trang của hệ thống quốc gia. "
        "Trang này không có ô nào hỏi mật khẩu đó."
    ),
    "scam_tell_4": "Nghi ngờ thì đóng trang, tự gõ địa chỉ dịch vụ và đăng nhập lại từ đầu.",
    "scam_never": "Hải Phòng ID không bao giờ",
    "scam_never_1": "gọi điện hay nhắn tin xin mật khẩu, mã xác thực",
    "scam_never_2": "gửi đường dẫn đăng nhập hay đường dẫn cài ứng dụng",
    "scam_never_3": "bảo chia sẻ màn hình hoặc bật quyền trợ năng cho ứng dụng",
    "scam_never_4": "đòi phí, hứa thưởng hay dọa khóa tài khoản để giục làm gấp",
    "scam_how": "Kẻ gian thường làm thế nào",
    "scam_how_text": (
        "Gọi điện, xưng là công an hay cán bộ phường, bảo hồ sơ định danh có sai sót. "
        "Gửi đường dẫn cài ứng dụng giả. Ứng dụng đó chiếm quyền điện thoại và đọc mã."
    ),
    "scam_how_after": (
        "Cách chặn đơn giản: gác máy, không mở đường dẫn, tự đến công an hay bộ phận một cửa để hỏi."
    ),
    "scam_report": "Cách báo tin",
    "scam_report_1": "Giữ lại tin nhắn, số gọi đến, đường dẫn và ảnh màn hình.",
    "scam_report_2": "Báo công an cấp xã nơi gần nhất, hoặc nhờ bộ phận một cửa chuyển tin.",
    "scam_report_3": "Nếu đã mất tiền, ghi lại giờ chuyển và tài khoản nhận.",
}

EN = {
    "scam_title": "Avoid scams",
    "scam_lead": (
        "Anyone who asks for a password or security code is a fraudster, "
        "even someone who says they are police or an official."
    ),
    "scam_now": "You read out a code, opened a strange link or installed a strange app",
    "scam_now_1": "Call the bank now, on the number printed on the card, to stop payments.",
    "scam_now_2": (
        "[Lock the account](/lock) on this site, or go to the nearest one-stop desk with the ID card. "
        "That ends all sessions."
    ),
    "scam_now_3": "Tell the nearest police office.",
    "scam_now_4": "Take the phone with the strange app offline. Use another device to call.",
    "scam_tell": "How to tell the real page",
    "scam_tell_1": "The address bar must read exactly {origin}. One letter off is another site.",
    "scam_tell_2": "The name and address of the service asking for the sign-in always stand on top.",
    "scam_tell_3": (
        "The password of the national e-ID account is entered on the national system's page only. "
        "No box on this site asks for it."
    ),
    "scam_tell_4": "In doubt, close the page, type the service's address yourself and start again.",
    "scam_never": "Hải Phòng ID never",
    "scam_never_1": "calls or texts to ask for a password or security code",
    "scam_never_2": "sends sign-in links or links to install an app",
    "scam_never_3": "tells you to share the screen or to give an app accessibility rights",
    "scam_never_4": "asks for a fee, promises a prize or threatens to lock the account to make you hurry",
    "scam_how": "How fraudsters go about it",
    "scam_how_text": (
        "They phone, say they are police or a ward official, and claim a fault in the ID record. "
        "They send a link to a fake app. The app takes over the phone and reads the codes."
    ),
    "scam_how_after": (
        "The simple way to stop it: hang up, open no link, go to the police or a one-stop desk and ask."
    ),
    "scam_report": "How to report",
    "scam_report_1": "Keep the messages, the caller's number, the link and pictures of the screen.",
    "scam_report_2": "Tell the nearest commune police, or ask a one-stop desk to pass it on.",
    "scam_report_3": "If money is gone, note the time of the transfer and the receiving account.",
}
