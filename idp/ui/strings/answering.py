"""Words of the page that carries the answer back to a service; most people never see it."""

VI = {
    "answering_title": "Đang quay lại dịch vụ",
    "answering_text": "Nếu trang không tự chuyển, bấm nút dưới đây để quay lại {host}.",
    "answering_submit": "Tiếp tục",
}

EN = {
    "answering_title": "Going back to the service",
    "answering_text": "If nothing happens, press the button to go back to {host}.",
    "answering_submit": "Continue",
}
