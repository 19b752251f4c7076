"""Words of the account: its sections, its first page, and its own sign-in (PAGES §3.1.13)."""

VI = {
    "account_sign_in_title": "Đăng nhập vào tài khoản",
    "account_sign_in_text": "Trang này thuộc tài khoản của từng người, cần đăng nhập bằng {upstream}.",
    "account_again_title": "Xác nhận lại danh tính",
    "account_again_text": (
        "Việc này cần lần đăng nhập trong 10 phút gần đây, để người cầm được máy không tự làm. "
        "Đăng nhập lại rồi làm tiếp."
    ),
    "account_not_done": (
        "Lần gửi này chưa được nhận, vì lần đăng nhập đã hết hạn hoặc đã kết thúc trước đó. Nếu đã bấm hai lần thì "
        "lần đầu có thể đã xong. Những gì vừa nhập không được giữ."
    ),
    "account_unsent": "Những dòng này chưa gửi được. Sao chép lại trước khi đăng nhập để khỏi viết lần nữa.",
    "account_sign_in_submit": "Đăng nhập",
    "nav_label": "Các mục của tài khoản",
    "nav_menu": "Mục: {section}",
    "nav_home": "Tổng quan",
    "nav_methods": "Cách đăng nhập",
    "nav_contacts": "Thư điện tử và số điện thoại",
    "nav_mandates": "Đại diện, ủy quyền",
    "nav_sessions": "Phiên và thiết bị",
    "overview_id_number": "Số định danh cá nhân {number}",
    "overview_level": "Mức độ tài khoản",
    "overview_level_tag": "Mức\u00a0độ\u00a0{level}",
    "overview_level_2": "Dùng được mọi dịch vụ của thành phố.",
    "overview_way_national": "{upstream}, đang liên kết",
    "overview_way_passkey": "Khóa truy cập: {name}",
    "overview_way_password_totp": "Mật khẩu, cùng ứng dụng xác thực",
    "overview_add_passkey": (
        '[Thêm khóa truy cập](/account/methods/passkeys/add "add-passkey") '
        "để đăng nhập được khi {upstream} gián đoạn."
    ),
    "overview_methods": "Xem và thay đổi cách đăng nhập",
    "overview_latest": "Gần đây nhất",
    "overview_history": "Xem toàn bộ lịch sử",
    "overview_level_1": "Một số dịch vụ cần mức độ 02: đến công an cấp xã bất kỳ, mang thẻ căn cước.",
    "overview_level_0": "Chưa được xác minh qua {upstream}.",
    "overview_level_by": "Xác minh qua {upstream}.",
    "overview_level_by_on": "Xác minh qua {upstream} ngày {day}.",
}

EN = {
    "account_sign_in_title": "Sign in to the account",
    "account_sign_in_text": "This page belongs to a person's account and needs a sign-in with {upstream}.",
    "account_again_title": "Confirm who you are",
    "account_again_text": (
        "This needs a sign-in within the last 10 minutes, so that nobody who gets hold of the device can do it. "
        "Sign in again and go on."
    ),
    "account_not_done": (
        "This was not taken in, because the sign-in had expired or ended before. If you pressed twice, the first may be "
        "done. What you entered was not kept."
    ),
    "account_unsent": "These lines were not sent. Copy them before signing in, so as not to write them again.",
    "account_sign_in_submit": "Sign in",
    "nav_label": "Sections of the account",
    "nav_menu": "Section: {section}",
    "nav_home": "Overview",
    "nav_methods": "Sign-in methods",
    "nav_contacts": "Email and phone",
    "nav_mandates": "Representation",
    "nav_sessions": "Sessions and devices",
    "overview_id_number": "Personal ID number {number}",
    "overview_level": "Account level",
    "overview_level_tag": "Level {level}",
    "overview_level_2": "It works with every city service.",
    "overview_way_national": "{upstream}, linked",
    "overview_way_passkey": "Passkey: {name}",
    "overview_way_password_totp": "Password, with the authenticator app",
    "overview_add_passkey": (
        '[Add a passkey](/account/methods/passkeys/add "add-passkey") to sign in while {upstream} is down.'
    ),
    "overview_methods": "See and change sign-in methods",
    "overview_latest": "Most recent",
    "overview_history": "See the whole history",
    "overview_level_1": "Some services need level 02: go to any commune police office with the ID card.",
    "overview_level_0": "Not verified through {upstream} yet.",
    "overview_level_by": "Verified through {upstream}.",
    "overview_level_by_on": "Verified through {upstream} on {day}.",
}
