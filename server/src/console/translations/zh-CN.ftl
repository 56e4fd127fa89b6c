# 控制台的中文词句。英文文件的键与此相同。

skip-to-content = 跳到正文
nav-label = 页面
nav-cases = 报事
language-label = 语言
sign-out = 退出登录
made-at = 数据截至

login-title = 登录
login-login = 账号
login-password = 密码
login-enter = 登录
login-hint = 账号和一次性密码由管理员发给您。
login-error-wrong = 账号或密码不正确。
login-error-too-many = 错误次数过多，请过几分钟再试。
login-error-expired = 登录已过期，请重新登录。

password-title = 设置新密码
password-why = 您使用的是一次性密码，请换成只有您自己知道的密码。
password-old = 一次性密码
password-new = 新密码
password-again = 再输入一次新密码
password-hint = 至少 { $n } 个字符。几个互不相干的词比一串符号更好记。
password-set = 保存密码
password-error-old-wrong = 一次性密码不正确。
password-error-too-short = 新密码太短。
password-error-differ = 两次输入的新密码不一致。
password-error-same = 新密码与旧密码相同。

failure-not-found = 没有找到
failure-not-found-advice = 这个地址下没有内容，或者您无权查看。
failure-forbidden = 不允许
failure-forbidden-advice = 您的岗位不能这样操作，或者表单已过期。请返回，刷新页面后再试。
failure-internal = 服务器出错
failure-internal-advice = 没有任何内容被改动。请再试一次；如果仍然出错，请把下面的编号告诉管理员。
failure-request = 请求编号
failure-back = 回到报事列表

cases-title = 报事
cases-search = 搜索报事
cases-search-hint = 报事内容、编号，或地点（如“3-2-501”）
cases-status = 状态
cases-department = 部门
cases-urgency = 紧急程度
cases-any = 全部
cases-show = 查询
cases-clear = 清除条件
cases-found = 共 { $n } 件
cases-found-more = 超过 { $n } 件
cases-number = 编号
cases-matter = 事项
cases-place = 地点
cases-assignee = 处理人
cases-changed = 最近更新
cases-nobody = 尚未指派
cases-empty = 没有报事
cases-empty-all = 还没有登记任何报事。手机同步或导入清单后，报事会显示在这里。
cases-empty-filter = 没有符合条件的报事。请减少关键词或清除条件。
paging-label = 更多页
paging-older = 更早的
paging-newest = 回到最新

flag-parallel = { $n } 处并行修改
flag-owed = 缺 { $n } 张照片
flag-refused = { $n } 项修改被拒

case-no-number = 尚无编号
case-jump = 本页各部分
case-about = 报事情况
case-description = 情况描述
case-orders = 工单
case-no-orders = 还没有工单。
case-timeline = 处理过程
case-photos = 照片
case-no-photos = 没有照片。
case-sign-offs = 业主签字确认
case-no-sign-offs = 还没有签字。
case-refused = 被拒的修改
case-refused-why = 这些修改已经到达服务器，但未被接受。内容保留在这里，写过的东西不会丢失。
refused-tried = 原本要写的内容
order = 工单
parallel-edit = 并行修改
parallel-edit-why = 几个人互不知情地修改了同一项时，所有的值都会列出，直到有人确定以哪个为准。
value-cleared = 已清空
value-never-set = 未填写

contact-title = 业主信息
contact-hint = 保密信息，仅限处理本报事使用。
contact-own-words = 报事人原话

timeline-why = 每条记录保留两种时间：设备所报的时间，以及服务器自己能够作证的区间。两者都不会被改动。
timeline-empty = 还没有记录。
timeline-office = 办公室录入
time-claimed = 设备所报
time-witnessed = 服务器见证
time-not-before = 不早于
time-not-before-unknown = 未知：设备此前没有服务器的新消息
time-received = 收到于
time-width = 区间长度
span-seconds = { $n } 秒
span-minutes = { $n } 分钟
span-hours = { $n } 小时
span-days = { $n } 天

photo = 照片
photo-on-phone = 尚在手机上，持机人：
photo-no-preview = 此格式无法预览

sign-off-statement = 签字时展示的原文
sign-off-digest = 原文的 SHA-256
sign-off-signer = 签字人
sign-off-no-signer = 未注明
sign-off-taken-by = 经手人
sign-off-drawn = 手写签名
sign-off-withheld = 您的岗位不能查看签名。
fit-fits = 原文与签字时的摘要一致，报事内容至今未变。
fit-outdated = 原文与签字时的摘要一致，但报事内容此后有变动。
fit-broken = 原文与签字时的摘要不一致。

kind-complaint = 投诉
kind-repair = 报修
kind-request = 服务请求
kind-inquiry = 咨询
kind-suggestion = 建议

channel-phone = 电话
channel-walk_in = 来访
channel-email = 电子邮件
channel-wechat = 微信
channel-letter = 来信
channel-mailbox = 信箱
channel-press = 登报
channel-hotline = 12345 热线
channel-app = 手机应用
channel-patrol = 巡逻发现
channel-colleague = 同事转报
channel-open311 = Open311
channel-import = 导入

urgency-urgent = 紧急
urgency-important = 重要
urgency-general = 一般

nature-valid = 有效投诉
nature-help = 求助
nature-consult = 咨询
nature-vent = 发泄

status-received = 已受理
status-dispatched = 已派单
status-accepted = 已接单
status-arrived = 已到场
status-waiting = 等待中
status-completed = 已完成
status-signed_off = 已签字
status-returned = 已回单
status-closed = 已关闭

department-engineering = 工程部
department-security = 安全部
department-environment = 环境部
department-customer_service = 客户服务部

subject-equipment = 设备设施
subject-service_attitude = 服务态度
subject-service_quality = 服务质量
subject-fees = 收费
subject-emergency = 突发事件
subject-environment = 环境
subject-security = 安全
subject-parking = 停车
subject-noise = 噪音
subject-lift = 电梯
subject-heating = 供暖
subject-plumbing = 管道
subject-water = 供水
subject-power = 供电
subject-door = 门
subject-intercom = 对讲
subject-light = 照明
subject-paint = 墙面油漆
subject-smoke_detector = 烟感
subject-barrier = 道闸
subject-illegal_parking = 违章停车
subject-leak = 渗漏
subject-other = 其他

entry-received = 受理
entry-dispatched = 派单
entry-accepted = 接单
entry-arrived = 到场
entry-diagnosed = 查明原因
entry-temporary_measure = 应急措施
entry-waiting = 等待
entry-resumed = 恢复处理
entry-completed = 完成
entry-returned = 回单
entry-reported = 反馈
entry-visited = 回访
entry-closed = 关闭
entry-reopened = 重开
entry-remark = 备注
entry-unknown = 新版本写入的记录

time-flag-declared_later = 事后补报
time-flag-declared_later-why = 本人在事后才录入，并已说明。
time-flag-clock_jump = 时钟跳变
time-flag-clock_jump-why = 此前不久手机时钟被调整或发生跳变，所报时间可能不准。
time-flag-clock_ahead = 时钟偏快
time-flag-clock_ahead-why = 手机时钟快于服务器：所报时间晚于收到时间。
time-flag-clock_behind = 时钟偏慢
time-flag-clock_behind-why = 手机时钟慢于服务器，且超出平常范围。
time-flag-reboot = 重新开机
time-flag-reboot-why = 手机上次与服务器联系后重新开过机，无法用运行时长核对时钟。
time-flag-backdated = 早于区间
time-flag-backdated-why = 所报时间早于服务器能够作证的最早时刻。

photo-role-before = 处理前
photo-role-after = 处理后
photo-role-evidence = 证据

sign-off-subject-completion = 完工确认
sign-off-subject-charge = 收费确认
sign-off-subject-settlement = 和解备忘

sign-off-outcome-signed = 已签字
sign-off-outcome-later = 稍后经链接签字
sign-off-outcome-refused = 拒绝签字
sign-off-outcome-absent = 不在场
sign-off-outcome-not_needed = 无需签字

relation-owner = 业主
relation-family = 家属
relation-tenant = 租户
relation-agent = 代理人
relation-staff = 员工
relation-other = 其他

field-site = 小区
field-kind = 类型
field-channel = 来源
field-place = 地点
field-subject = 事项
field-urgency = 紧急程度
field-nature = 性质
field-department = 部门
field-assignee = 处理人
field-reported_at = 报事时间
field-external_number = 外部编号
field-name = 姓名
field-phone = 电话
field-address = 住址

role-guard = 巡逻岗
role-technician = 维修工
role-reception = 前台
role-supervisor = 主管
role-site_director = 管理处主任
role-manager = 经理
role-admin = 管理员

refusal-role_not_permitted = 岗位无权填写
refusal-site_not_permitted = 在本小区没有岗位
refusal-person_mismatch = 手机登记在他人名下
refusal-change_malformed = 修改内容已损坏
refusal-change_too_large = 修改内容过大
refusal-change_not_permitted = 不允许这样修改
refusal-entry_immutable = 已经陈述的内容不能更改
refusal-schema_newer = 由更新版本的应用写成
refusal-clock_ahead = 手机时钟快得太多
refusal-dependency_missing = 之前的修改尚未到达
refusal-dependency_refused = 以被拒的修改为前提
refusal-fork = 同一编号下有两个不同的修改
refusal-document_unknown = 报事不存在
refusal-kind_mismatch = 文档类型不符
refusal-epoch_closed = 报事已在新文档中继续
refusal-device_revoked = 手机已被停用
refusal-signature_invalid = 手机签名不符
