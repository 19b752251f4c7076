"""Words of the help page `/help`: how to sign in, and the way out of each dead end."""

VI = {
    "help_title": "Trợ giúp",
    "help_lead": "Những việc hay gặp khi đăng nhập bằng Hải Phòng ID.",
    "help_sign_in": "Đăng nhập thế nào",
    "help_sign_in_1": "Mở dịch vụ cần dùng và bấm đăng nhập.",
    "help_sign_in_2": "Chọn {upstream}. Kiểm tra địa chỉ trang tiếp theo rồi đăng nhập ở đó.",
    "help_sign_in_3": "Xem thông tin sẽ gửi, bấm “Tiếp tục” để về dịch vụ.",
    "help_sign_in_after": (
        "Trên cùng trình duyệt, lần sau sang dịch vụ khác thường không phải đăng nhập lại."
    ),
    "help_register": "Chưa có tài khoản định danh",
    "help_register_text": (
        "Hải Phòng ID dùng tài khoản định danh điện tử quốc gia, không đăng ký riêng ở đây."
    ),
    "help_register_1": "**Mức độ 01**: đăng ký trên ứng dụng {upstream} bằng thẻ căn cước.",
    "help_register_2": (
        "**Mức độ 02**: đến cơ quan công an cấp xã bất kỳ, mang thẻ căn cước, khoảng 5 phút."
    ),
    "help_register_after": "Nhiều dịch vụ cần mức độ 02. Trang đăng nhập sẽ nói rõ khi cần.",
    "help_password": "Quên mật khẩu",
    "help_password_1": (
        "Mật khẩu của tài khoản định danh quốc gia: lấy lại trong ứng dụng {upstream}, không lấy lại ở đây."
    ),
    "help_password_2": (
        "Mật khẩu của Hải Phòng ID: đăng nhập bằng {upstream} rồi đặt lại. Không được thì xem "
        "[cách lấy lại tài khoản](/recover)."
    ),
    "help_code": "Mã xác thực chưa đúng",
    "help_code_1": "Mã nằm trong ứng dụng xác thực trên điện thoại và đổi 30 giây một lần.",
    "help_code_2": "Đặt giờ của điện thoại ở chế độ tự động rồi thử mã mới.",
    "help_code_3": "Mỗi mã dùng được một lần. Vừa dùng xong thì chờ mã tiếp theo.",
    "help_down": "Hệ thống quốc gia đang gián đoạn",
    "help_down_text": (
        "Thông báo màu vàng ở đầu trang cho biết từ lúc nào. Xem [dịch vụ nào đang dùng được](/status) và đăng nhập "
        "bằng cách nào. Hồ sơ có thể nộp tại bộ phận một cửa."
    ),
    "help_act_for": "Không thấy người hoặc tổ chức cần làm thay",
    "help_act_for_1": "Doanh nghiệp: tên người đại diện theo pháp luật lấy từ cơ quan đăng ký kinh doanh, sửa tại đó.",
    "help_act_for_2": "Được ủy quyền: người đại diện của tổ chức mời, người được mời nhận lời rồi mới thấy.",
    "help_act_for_3": (
        "Con chưa đủ 18 tuổi: quan hệ lấy từ dữ liệu dân cư. Thiếu hoặc sai thì đến công an cấp xã, mang giấy khai sinh."
    ),
    "help_unlock": "Mở khóa tài khoản",
    "help_unlock_1": "Khóa theo yêu cầu của chủ tài khoản: đăng nhập lại bằng {upstream} ở mức cao, [tại đây](/unlock).",
    "help_unlock_2": "Thẻ căn cước hết hạn: cấp lại thẻ tại cơ quan công an, rồi đăng nhập lại.",
    "help_unlock_3": "Trường hợp khác: đến bộ phận một cửa, mang thẻ căn cước.",
    "help_problem": "Gặp trang báo sự cố",
    "help_problem_text": (
        "Ghi lại mã tra cứu ở cuối trang và đọc mã đó khi hỏi. Mã không chứa thông tin cá nhân."
    ),
    "help_contact": "Hỏi trực tiếp",
    "help_contact_text": (
        "Bộ phận một cửa của mọi xã, phường, đặc khu giúp đăng nhập tại chỗ. "
        "Cán bộ không cần biết mật khẩu hay mã xác thực."
    ),
}

EN = {
    "help_title": "Help",
    "help_lead": "What people most often need when signing in with Hải Phòng ID.",
    "help_sign_in": "How signing in works",
    "help_sign_in_1": "Open the service you need and choose to sign in.",
    "help_sign_in_2": "Choose {upstream}. Check the address of the next page, then sign in there.",
    "help_sign_in_3": "See what will be sent, and press “Continue” to return to the service.",
    "help_sign_in_after": (
        "In the same browser, moving on to another service usually needs no second sign-in."
    ),
    "help_register": "No e-ID account yet",
    "help_register_text": (
        "Hải Phòng ID uses the national electronic ID account; there is nothing to register here."
    ),
    "help_register_1": "**Level 01**: register in the {upstream} app with the ID card.",
    "help_register_2": ("**Level 02**: any commune police office, bring the ID card, about 5 minutes."),
    "help_register_after": "Many services need level 02. The sign-in page says so when it matters.",
    "help_password": "Forgot the password",
    "help_password_1": (
        "The password of the national e-ID account: recover it in the {upstream} app, not here."
    ),
    "help_password_2": (
        "The password of Hải Phòng ID: sign in with {upstream} and set it again. If that fails, see "
        "[how to get the account back](/recover)."
    ),
    "help_code": "The security code is not right",
    "help_code_1": "The code is in the authenticator app on the phone and changes every 30 seconds.",
    "help_code_2": "Set the phone's clock to automatic, then try a new code.",
    "help_code_3": "Each code works once. If it was just used, wait for the next one.",
    "help_down": "The national system is disrupted",
    "help_down_text": (
        "An amber notice on top of the page says since when. See [which services work](/status) and how to sign "
        "in to them. Papers can be handed in at a one-stop desk."
    ),
    "help_act_for": "You can’t see whom you act for",
    "help_act_for_1": (
        "A business: legal representatives come from the business registration office and are corrected there."
    ),
    "help_act_for_2": "Authorised by somebody: their representative invites you, and it shows once you have accepted.",
    "help_act_for_3": (
        "A child under 18: the relation comes from the population register. If it is missing or wrong, "
        "go to the commune police with the birth certificate."
    ),
    "help_unlock": "Unlock the account",
    "help_unlock_1": "Locked at the holder's request: sign in with {upstream} at the high level, [here](/unlock).",
    "help_unlock_2": "The ID card has expired: renew it at a police office, then sign in again.",
    "help_unlock_3": "Other cases: go to a one-stop desk with the ID card.",
    "help_problem": "A page reports a problem",
    "help_problem_text": (
        "Note the reference at the end of the page and quote it when asking. It holds no personal data."
    ),
    "help_contact": "Ask in person",
    "help_contact_text": (
        "The one-stop desk of every commune helps you sign in on the spot. "
        "Officials don't need the password or the security code."
    ),
}
