"""Words of the page that asks for whom a service is used (PAGES §3.1.6)."""

VI = {
    "act_for_title": "Sử dụng dịch vụ cho ai?",
    "act_for_title_posts": "Làm việc với chức danh nào?",
    "act_for_intro": (
        "Đã đăng nhập: **{name}**. "
        "Lựa chọn này chỉ áp dụng cho dịch vụ ở trên và đổi lại được bất cứ lúc nào."
    ),
    "act_group_family": "Cá nhân và gia đình",
    "act_group_organisations": "Doanh nghiệp và tổ chức",
    "act_group_posts": "Chức danh",
    "act_self": "Cho bản thân",
    "act_child": "Thay cho con",
    "act_ward": "Thay cho người được giám hộ",
    "act_age": "{n} tuổi",
    "act_tax_code": "Mã số thuế {code}",
    "act_role_representative": "Người đại diện theo pháp luật",
    "act_role_owner": "Chủ hộ kinh doanh",
    "act_role_parent": "Quyền của cha mẹ theo giấy khai sinh",
    "act_role_guardian": "Người giám hộ theo quyết định của tòa án",
    "act_role_authorised": "Được ủy quyền: {scope}",
    "act_all_areas": "mọi thủ tục",
    "act_areas_last": "và",
    "act_until": "đến hết ngày {date}",
    "act_search": "Tìm theo tên hoặc mã số thuế",
    "act_search_submit": "Tìm",
    "act_beyond": "Còn {n} lựa chọn khác. Nhập thêm tên để thấy.",
    "act_nothing": "Tài khoản này chưa làm thay cho ai ở dịch vụ này.",
    "act_nothing_found": "Không có tên hoặc mã số thuế nào khớp.",
    "act_missing": '[Không thấy người hoặc tổ chức cần tìm?](/help#act-for "act-missing")',
    "error_act_for_empty": "Chọn một người hoặc tổ chức",
}

EN = {
    "act_for_title": "Who are you using this service for?",
    "act_for_title_posts": "Which post are you working in?",
    "act_for_intro": (
        "Signed in: **{name}**. This choice is for the service above only and can be changed any time."
    ),
    "act_group_family": "Person and family",
    "act_group_organisations": "Businesses and organisations",
    "act_group_posts": "Posts",
    "act_self": "For myself",
    "act_child": "For my child",
    "act_ward": "For a person under my guardianship",
    "act_age": "aged {n}",
    "act_tax_code": "Tax code {code}",
    "act_role_representative": "Legal representative",
    "act_role_owner": "Household business owner",
    "act_role_parent": "Parental right by birth certificate",
    "act_role_guardian": "Guardian by court decision",
    "act_role_authorised": "Authorised: {scope}",
    "act_all_areas": "all procedures",
    "act_areas_last": "and",
    "act_until": "until {date}",
    "act_search": "Search by name or tax code",
    "act_search_submit": "Search",
    "act_beyond": "{n} more. Type more of the name to see them.",
    "act_nothing": "This account acts for nobody at this service yet.",
    "act_nothing_found": "No name or tax code matches.",
    "act_missing": '[Can’t see the person or organisation?](/help#act-for "act-missing")',
    "error_act_for_empty": "Choose a person or an organisation",
}
