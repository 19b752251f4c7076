"""Words of the error page, one title and one text per case (PAGES §3.1.11)."""

VI = {
    "case_untrusted_client_title": "Liên kết đăng nhập không hợp lệ",
    "case_untrusted_client_text": (
        "Ứng dụng hoặc địa chỉ quay về chưa được đăng ký với Hải Phòng ID. Có thể đây là trang giả. "
        "Không nhập thông tin nào ở trang vừa rồi."
    ),
    "case_expired_title": "Phiên làm việc đã hết hạn",
    "case_expired_text": "Quay lại {rp} và bấm đăng nhập lần nữa. Chưa có gì được gửi.",
    "case_expired_text_unknown": (
        "Trang này đã mở quá lâu, hoặc việc đã xong. Quay lại dịch vụ vừa dùng; nếu chưa vào được thì bấm đăng nhập "
        "lần nữa."
    ),
    "case_two_tabs_title": "Việc này đã xong ở một thẻ khác",
    "case_two_tabs_text": "Đóng thẻ này, hoặc quay lại {rp} và bấm đăng nhập lần nữa.",
    "case_locked_title": "Tài khoản đang bị khóa",
    "case_locked_text": "Lý do: {reason}. [Cách mở khóa](/help#unlock)",
    "case_locked_text_owner": "Lý do: {reason}.",
    "case_locked_text_unknown": "[Cách mở khóa](/help#unlock)",
    "locked_owner": "theo yêu cầu của chủ tài khoản",
    "locked_card_expired": "thẻ căn cước hết hạn",
    "locked_residence": "đã hết thời hạn cư trú; gia hạn xong thì tài khoản tự mở lại",
    "locked_authority": "theo yêu cầu của cơ quan có thẩm quyền",
    "case_account_over_title": "Chưa có gì thay đổi",
    "case_account_over_text": (
        "Phiên đăng nhập của trang này đã kết thúc, hoặc người khác đã đăng nhập ở trình duyệt này. Cũng có thể tài "
        "khoản vừa bị khóa hay vừa được khôi phục. "
        "[Mở lại tài khoản](/account)"
    ),
    "case_no_post_title": "Dịch vụ này chỉ dành cho cán bộ",
    "case_no_post_text": (
        "Tài khoản này hiện không giữ vị trí công tác nào, nên không vào được. Việc cá nhân thì làm ở dịch vụ dành "
        "cho người dân. Nếu đang giữ một vị trí, hỏi bộ phận tổ chức cán bộ của cơ quan."
    ),
    "case_not_linked_title": "Chưa tìm thấy tài khoản phù hợp",
    "case_not_linked_text": "Mang thẻ căn cước đến bộ phận một cửa để được liên kết, khoảng 5 phút.",
    "case_not_prepared_title": "Tài khoản này chưa dùng được khi {upstream} gián đoạn",
    "case_not_prepared_text": (
        "Chỉ người đã thêm ứng dụng xác thực trong lúc đăng nhập qua {upstream} mới dùng được cách dự phòng. "
        "Phần đã soạn ở {rp} không bị ảnh hưởng: quay lại khi hệ thống hoạt động trở lại, hoặc đến bộ phận một cửa."
    ),
    "case_too_many_title": "Thử lại sau {minutes} phút",
    "case_too_many_text": "Đã có quá nhiều lần thử từ đây. Chưa có gì được gửi đi.",
    "case_server_title": "Hải Phòng ID đang gặp sự cố",
    "case_server_text": "Chưa có gì được gửi đi. Thử lại sau ít phút.",
    "case_busy_title": "Đang có nhiều người đăng nhập cùng lúc",
    "case_busy_text": "Chưa có gì được gửi đi, và lần thử này không bị tính. Quay lại trang trước, thử lại sau vài giây.",
    "case_waiting_full_title": "Hàng chờ đăng\u00a0nhập đã đầy",
    "case_waiting_full_text": (
        "Chưa có gì được gửi đi. Thử lại sau vài phút. Việc gấp có thể làm tại bộ phận một cửa."
    ),
    "case_not_found_title": "Không có trang này",
    "case_not_found_text": "Kiểm tra lại địa chỉ, hoặc về [trang đầu](/).",
    "case_bad_request_title": "Chưa làm được việc này",
    "case_bad_request_text": (
        "Trang có thể đã mở quá lâu, hoặc được gửi từ nơi khác. Quay lại trang trước và thử lần nữa. "
        "Chưa có gì được gửi."
    ),
    "case_upstream_down_title": "Chưa kết nối được với {upstream}",
    "case_upstream_down_text": (
        "Chưa có gì được gửi đi. Thử lại sau ít phút. Việc gấp có thể làm tại bộ phận một cửa."
    ),
    "case_signed_out_expired_title": "Yêu cầu đăng xuất đã hết hạn",
    "case_signed_out_expired_text": "Nếu vẫn muốn đăng xuất, [mở lại trang đăng xuất](/end_session).",
    "case_no_cookies": (
        "Trình duyệt này không gửi cookie nào. Nếu đang chặn cookie, cho phép cookie của {host} rồi làm lại từ đầu."
    ),
    "the_service": "dịch vụ vừa dùng",
    "problem_reference": (
        "Mã tra cứu: {txn}, {time}. Đọc mã này khi liên hệ hỗ trợ; mã không chứa thông tin cá nhân."
    ),
    "for_developer": "Dành cho nhà phát triển",
}

EN = {
    "case_untrusted_client_title": "This sign-in link is not valid",
    "case_untrusted_client_text": (
        "The application or its return address is not registered with Hải Phòng ID. "
        "It may be a fake site. Don't enter anything on the page you came from."
    ),
    "case_expired_title": "The session has expired",
    "case_expired_text": "Go back to {rp} and sign in again. Nothing was sent.",
    "case_expired_text_unknown": (
        "The page was open too long, or this is finished. Go back to the service you came from; if you are not signed in "
        "there, sign in again."
    ),
    "case_two_tabs_title": "This was finished in another tab",
    "case_two_tabs_text": "Close this tab, or go back to {rp} and sign in again.",
    "case_locked_title": "The account is locked",
    "case_locked_text": "Reason: {reason}. [How to unlock](/help#unlock)",
    "case_locked_text_owner": "Reason: {reason}.",
    "case_locked_text_unknown": "[How to unlock](/help#unlock)",
    "locked_owner": "at the account holder's request",
    "locked_card_expired": "the ID card has expired",
    "locked_residence": "the period of residence is over; the account opens by itself once it is renewed",
    "locked_authority": "at the request of a competent authority",
    "case_account_over_title": "Nothing was changed",
    "case_account_over_text": (
        "The session of this page has ended, or somebody else has signed in in this browser. Or the account was just "
        "locked or recovered. "
        "[Open the account again](/account)"
    ),
    "case_no_post_title": "This service is for officials",
    "case_no_post_text": (
        "This account holds no post now, so it can't enter. For your own matters use the services for citizens. "
        "If you do hold a post, ask your agency's personnel office."
    ),
    "case_not_linked_title": "No matching account found",
    "case_not_linked_text": "Bring the ID card to a one-stop desk to be linked, about 5 minutes.",
    "case_not_prepared_title": "This account can't be used while {upstream} is disrupted",
    "case_not_prepared_text": (
        "Only those who added an authenticator while signed in through {upstream} can sign in without it. "
        "What you drafted at {rp} is not affected: come back when the system works again, or go to a one-stop desk."
    ),
    "case_too_many_title": "Try again in {minutes:minute|minutes}",
    "case_too_many_text": "There were too many tries from here. Nothing was sent.",
    "case_server_title": "Hải Phòng ID has a problem",
    "case_server_text": "Nothing was sent. Try again in a few minutes.",
    "case_busy_title": "Many people are signing in right now",
    "case_busy_text": (
        "Nothing was sent, and this try does not count. Go back to the page before and try again in a few seconds."
    ),
    "case_waiting_full_title": "No more room in the line",
    "case_waiting_full_text": (
        "Nothing was sent. Try again in a few minutes. Urgent matters can be done at a one-stop desk."
    ),
    "case_not_found_title": "No such page",
    "case_not_found_text": "Check the address, or go to the [front page](/).",
    "case_bad_request_title": "This could not be done",
    "case_bad_request_text": (
        "The page may have been open too long, or was sent from elsewhere. "
        "Go back to the page before and try again. Nothing was sent."
    ),
    "case_upstream_down_title": "{upstream} could not be reached",
    "case_upstream_down_text": (
        "Nothing was sent. Try again in a few minutes. Urgent matters can be done at a one-stop desk."
    ),
    "case_signed_out_expired_title": "The sign-out request has expired",
    "case_signed_out_expired_text": (
        "If you still want to sign out, [open the sign-out page again](/end_session)."
    ),
    "case_no_cookies": (
        "This browser sent no cookie. If you block cookies, allow those of {host} and start again."
    ),
    "the_service": "the service you were using",
    "problem_reference": ("Reference: {txn}, {time}. Quote it to support; it holds no personal data."),
    "for_developer": "For developers",
}
