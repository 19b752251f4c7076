"""Words of the page on where somebody is signed in (PAGES §3.1.15)."""

VI = {
    "sessions_title": "Phiên và thiết bị",
    "sessions_lead": (
        "Những nơi đang đăng nhập. Hải Phòng ID chỉ giữ tên trình duyệt và hệ điều hành, không giữ vị trí chính xác."
    ),
    "sessions_this": "Thiết bị này",
    "sessions_others": "Thiết bị khác",
    "sessions_only": "Chỉ có phiên này.",
    "sessions_device_unknown": "Thiết bị không rõ tên",
    "sessions_official": "Phiên làm việc của cán bộ",
    "sessions_opened": "Mở lúc",
    "sessions_last": "Hoạt động lần cuối",
    "sessions_services": "Dịch vụ đã vào",
    "sessions_services_none": "Chưa vào dịch vụ nào",
    "sessions_acting_for": "Làm thay cho",
    "sessions_end": "Kết thúc",
    "sessions_end_here": "Kết thúc phiên này",
    "sessions_end_others": "Kết thúc mọi phiên khác",
}

EN = {
    "sessions_title": "Sessions and devices",
    "sessions_lead": (
        "Where you are signed in. Hải Phòng ID keeps only the name of the browser and its system, never an exact place."
    ),
    "sessions_this": "This device",
    "sessions_others": "Other devices",
    "sessions_only": "Only this session.",
    "sessions_device_unknown": "Device without a name",
    "sessions_official": "Official's session",
    "sessions_opened": "Opened",
    "sessions_last": "Last active",
    "sessions_services": "Services reached",
    "sessions_services_none": "No service yet",
    "sessions_acting_for": "Acting for",
    "sessions_end": "End",
    "sessions_end_here": "End this session",
    "sessions_end_others": "End all other sessions",
}
