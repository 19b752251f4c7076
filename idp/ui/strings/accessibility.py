"""Words of `/accessibility`: what works, what was not tried, where to get help (WCAG 2.2)."""

VI = {
    "accessibility_title": "Trợ năng",
    "accessibility_lead": "Hải Phòng ID được làm theo chuẩn WCAG 2.2 mức AA, để ai cũng dùng được.",
    "accessibility_works": "Dùng được theo cách của mình",
    "accessibility_works_1": "Chỉ bằng bàn phím: phím Tab để đi tiếp, viền đậm cho biết đang ở đâu.",
    "accessibility_works_2": "Với trình đọc màn hình: tiêu đề, ô nhập và thông báo lỗi đều có tên.",
    "accessibility_works_3": "Phóng to đến 400% hoặc chữ to gấp đôi. Chọn cỡ chữ ở cuối trang.",
    "accessibility_works_4": "Giao diện sáng, tối hoặc tương phản cao của máy. Chọn ở cuối trang.",
    "accessibility_works_5": "Khi trình duyệt tắt JavaScript. Dán mật khẩu và mã được.",
    "accessibility_works_6": "Tiếng Việt và tiếng Anh. Chọn ở đầu trang.",
    "accessibility_limits": "Điều chưa chắc chắn",
    "accessibility_limits_text": (
        "Máy đã kiểm tra mọi trang theo WCAG. Chưa có đợt thử đầy đủ với người khiếm thị và người cao tuổi."
    ),
    "accessibility_limits_after": ("Trang của {upstream} do cơ quan khác quản lý, có thể khác về trợ năng."),
    "accessibility_help": "Cần người giúp",
    "accessibility_help_text": (
        "Bộ phận một cửa giúp đăng nhập tại chỗ. Người giúp không cần biết mật khẩu. "
        "Gặp chỗ khó dùng, hãy nói với bộ phận một cửa để được sửa."
    ),
}

EN = {
    "accessibility_title": "Accessibility",
    "accessibility_lead": "Hải Phòng ID is built to WCAG 2.2 level AA, so that everyone can use it.",
    "accessibility_works": "Use it your way",
    "accessibility_works_1": "By keyboard alone: Tab moves on, a thick outline shows where you are.",
    "accessibility_works_2": "With a screen reader: headings, fields and error messages have names.",
    "accessibility_works_3": "Zoomed to 400% or with text twice as large. Choose its size at the end of the page.",
    "accessibility_works_4": "In light, dark or your device's high contrast. Choose at the end of the page.",
    "accessibility_works_5": "With JavaScript switched off. Passwords and codes can be pasted.",
    "accessibility_works_6": "In Vietnamese and English. Choose at the top of the page.",
    "accessibility_limits": "What is not certain",
    "accessibility_limits_text": (
        "Every page was checked against WCAG by machine. "
        "There was no full trial yet with blind and older people."
    ),
    "accessibility_limits_after": (
        "The pages of {upstream} are run by another body and may differ in accessibility."
    ),
    "accessibility_help": "Help in person",
    "accessibility_help_text": (
        "One-stop desks help you sign in on the spot. The helper does not need the password. "
        "If something is hard to use, tell a one-stop desk so that it gets fixed."
    ),
}
