"""Words of the page that warns before papers end (journey 16 of the city)."""

VI = {
    "papers_title": "Thời hạn cư trú sắp hết",
    "papers_until": "Thời hạn cư trú hết vào **{day}**. Từ ngày hôm sau, tài khoản này tạm khóa.",
    "papers_renew": (
        "Gia hạn thẻ tạm trú hoặc thường trú tại cơ quan quản lý xuất nhập cảnh. "
        "Khi gia hạn xong, tài khoản tự mở lại; không cần đăng ký lại."
    ),
    "papers_go_on": "Tiếp tục",
}

EN = {
    "papers_title": "Your residence ends soon",
    "papers_until": "Your period of residence ends on **{day}**. From the day after, this account is locked.",
    "papers_renew": (
        "Renew your residence card at the immigration office. "
        "The account opens again by itself once that is done; there is nothing to register anew."
    ),
    "papers_go_on": "Continue",
}
