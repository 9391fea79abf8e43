/** Offices and principals that come and go: lib/enrolment. */
export const ENROLMENT = {
  'Name an office of your tenant.': '自分の運営団体の登録分局を指定してください。',
  'The trust domain names an operator of this id, now or earlier; take another id.':
    'この ID の認証局運用者が、現在または以前の信頼ドメインにいます。別の ID にしてください。',
  'This id is taken; choose another one.': 'この ID はすでに使われています。別の ID にしてください。',
  'Name the tenant of the office, one of: {0}.': '登録分局の運営団体を、次から指定してください: {0}',
  'An office stays with its tenant, here {0}.': '登録分局の運営団体は変えられません。ここでは {0} です。',
  '{0} stays with its tenant; enrol the person under another id.':
    '{0} の運営団体は変えられません。その人を別の ID で登録してください。',
  'An act of enrolment is not one that can be where it is.':
    '登録についての行為の記録が、あるべきでない位置にあります。',
  'The enrolment kept changing; try again.': '登録の状態が変わり続けています。もう一度お試しください。',
  'The rows of the enrolment kept changing; try again.':
    '登録の行が変わり続けています。もう一度お試しください。',
  'The enrolment of {0} {1}.': '{0} の登録は、{1}。',
  'is not enrolled yet: the key waits to be confirmed': 'まだ済んでいません（公開鍵が確認を待っています）',
  "is suspended; ask the office's responsible person": '停止されています。登録分局の責任者に確認してください',
  'has ended': '終了しています',
  'has not begun yet': 'まだ始まっていません',
  "is past its term; ask the office's responsible person":
    '期間が過ぎています。登録分局の責任者に確認してください',
  'The enrolment of {0} is {1}; this is not done to it.':
    '{0} の登録の状態は {1} です。この操作はできません。',
  'This is no invitation of this service; copy all of it, or ask for a new one.':
    'このサービスの招待ではありません。招待の全体をコピーするか、新しい招待を依頼してください。',
  'Somebody has opened this invitation with another key; tell whoever invited you.':
    'この招待は、別の公開鍵ですでに使われています。招待した人に知らせてください。',
  'The invitation has expired; ask for a new one.':
    '招待の期限が切れています。新しい招待を依頼してください。',
  'Nobody has brought a key that waits for its confirmation.': '確認を待っている公開鍵はありません。',
  'This is not the fingerprint of the key that was brought. If it was read to you rightly, somebody else has opened the invitation: invite the person again.':
    '届いた公開鍵のフィンガープリントと異なります。正しく読み上げられたのであれば、別の人が招待を使っています。本人をもう一度招待してください。',
  'The operator who got the invitation does not confirm the key that came with it; have another operator do it.':
    '招待を受け取った認証局運用者は、その招待で届いた公開鍵を確認できません。別の認証局運用者が確認してください。',
  'An office has at most {0} attributes.': '登録分局の属性は {0} 個までです。',
  'The name of an attribute is 1 to 40 letters, digits and dots.':
    '属性の名前は、英字、数字、ピリオドの 1～40 文字です。',
  'An office cannot stand above itself; offices stand at most {0} deep.':
    '登録分局を、自身の上位に置くことはできません。階層は {0} 段までです。',
  'The office {0} has ended; name one that is open.':
    '登録分局 {0} は終了しています。開設中の登録分局を指定してください。',
  'Offices may ask for these profiles: {0}.': '登録分局が申請できる証明書プロファイルは {0} です。',
  'Another office takes over, or none.': '引き継ぐのは、別の登録分局です。なければ、なしとしてください。',
  'Only operators and auditors list offices.': '登録分局を一覧できるのは、認証局運用者と監査人だけです。',
  'Records and reports say {0} of others; choose another id, such as {1}-1.':
    '{0} は、記録や報告で別のものを表します。{1}-1 のような別の ID にしてください。',
  'Officers, and only they, have duties: receive, examine, approve, responsible.':
    '職務（receive、examine、approve、responsible）は、担当者に必要で、担当者だけが持ちます。',
  'Relying parties, and only they, have an agreement.': '協定を持つのは、署名検証者だけです。',
  'Records name {0} for another person; take an id that nobody has had.':
    '記録では、{0} は別の人です。まだ誰も使ったことのない ID にしてください。',
  'The role of {0} stays; enrol the person under another id.':
    '{0} の役割は変えられません。別の ID で登録してください。',
  'Only the responsible person of the office, or an operator, may do this.':
    'この操作ができるのは、登録分局の責任者か認証局運用者だけです。',
  'The responsible person of an office invites its officers, and nobody else.':
    '登録分局の責任者が招待できるのは、その登録分局の担当者だけです。',
  'The responsible person of the office does this for its officers; for everybody else one operator proposes and another one confirms.':
    '担当者についてこの操作ができるのは、その登録分局の責任者です。ほかの利用主体については、認証局運用者の一人が提案し、もう一人が確認します。',
  'The moment is to come, within 400 days, and written like 2027-04-01T00:00:00+09:00.':
    '発効の時刻は、これから 400 日以内で、2027-04-01T00:00:00+09:00 のように書いてください。',
  'Something else is prepared for {0} from {1} on; withdraw that first.':
    '{0} には、{1} からの別の予定があります。先にそれを取り下げてください。',
  'The officer is at this office already.': '担当者はすでにこの登録分局にいます。',
  'This changes an officer of the own office; transfer the officer instead.':
    'この操作で変えられるのは自分の登録分局の担当者です。ほかへ移すときは、異動の操作を使ってください。',
  'Whoever is invited begins at "from": give that in place of it.':
    '招待する利用主体の始まりは "from" で決まります。代わりにそれを指定してください。',
  'Name the office whose notices you ask for.': '通知を見る登録分局を指定してください。',
  'Officers read the notices to their own office.': '担当者が見られるのは、自分の登録分局への通知だけです。',
  'Officers, operators and auditors list principals.':
    '利用主体を一覧できるのは、担当者、認証局運用者、監査人です。',
  'Officers list the officers of their own office; leave the office out.':
    '担当者が一覧できるのは、自分の登録分局の担当者だけです。登録分局の指定を省いてください。',
  'This is not Unicode text: half of a surrogate pair is missing.':
    'Unicode の文字列ではありません（サロゲートペアの片方がありません）。',
  'This takes 1 to {0} characters.': '1～{0} 文字で入力してください。',
  'This has {0}, which {1}.': '{0} が含まれています（{1}）。',
  'A local government code has six digits.': '全国地方公共団体コードは 6 桁の数字です。',
  'The last digit of the local government code {0} has to be {1}; compare the digits.':
    '全国地方公共団体コード {0} の末尾の桁は {1} のはずです。数字を確認してください。',
  'A time is written like 2027-04-01T00:00:00+09:00.':
    '時刻は 2027-04-01T00:00:00+09:00 のように書いてください。',
  'The term ends before it begins, at {0}.': '期間の終わりが、始まり（{0}）より前になっています。',
  'There is no holder of that id.': 'その ID の利用者はいません。',
  '{0} cannot name a holder: {1}. Choose another pseudonym.':
    '{0} は利用者の仮名に使えません（{1}）。別の仮名にしてください。',
  'somebody who is no holder has it': '利用者ではない利用主体の ID です',
  'records and reports say it of others': '記録や報告で別のものを表します',
  'an earlier file of the trust domain had a principal of this id':
    '以前の信頼ドメインのファイルに、この ID の利用主体がありました',
  'A submission enrolled this holder, who has a pseudonym and no name; take another id.':
    'この利用者は申請によって登録され、仮名だけで名称を持ちません。別の ID にしてください。',
  'Officers list the holders of their own office, or of one whose affairs it has taken over.':
    '担当者が一覧できるのは、自分の登録分局か、それが引き継いだ登録分局の利用者だけです。',
  'Only operators may do this.': 'この操作ができるのは、認証局運用者だけです。',
  'Nothing waits to be confirmed; somebody has to propose it first.':
    '確認を待っているものはありません。先に提案が必要です。',
  'The operator who proposed it cannot confirm it; have another operator do it.':
    '提案した認証局運用者本人は確認できません。別の認証局運用者が確認してください。',
  'certificates with which it signs in come from the tenant that enrolled it':
    'この利用者がサインインに使う証明書は、登録した運営団体が発行します',
  'The proposal {0} does not wait any more, another one does; look at that, and confirm it by its number.':
    '提案 {0} はもう確認を待っていません。別の提案が待っています。その内容を見て、その番号で確認してください。',
  'Your own enrolment is decided by another responsible person of the office, or by two operators with propose and confirm.':
    '自分の登録は、登録分局のほかの責任者か、認証局運用者 2 名(propose と confirm)が決定します。',
  'Somebody else has proposed or prepared this for you, and takes it back, or another person does.':
    'これはほかの人があなたについて提案または予定したものです。取り下げは、その人か、あなた以外の人が行います。',
  'Your tenant did not enrol this holder: others name it as well, so an operator of the service decides.':
    'この利用者を登録したのは別の運営団体です。ほかの登録分局も使っているため、サービスの運用者が決定します。',
  'The same person has another enrolment. An auditor is neither an officer nor an operator at the same time: name another person.':
    '同じ人物の登録がほかにあります。監査人は、同時に担当者や認証局運用者であってはなりません。別の人物を指定してください。',
  'The same person stands behind {0}. An auditor is neither an officer nor an operator at the same time: end that enrolment first, or name another person.':
    '{0} も同じ人物です。監査人は、同時に担当者や認証局運用者であってはなりません。先にそちらを終了するか、別の人物を指定してください。',
  'The names that were proposed are lost; propose it again.':
    '提案された名称が失われています。もう一度提案してください。',
  'Two operators are left: {0}. They enrol another one with akashi operators propose and confirm. Where a credential is lost, revoke its certificate first.':
    '操作できる認証局運用者が二人います（{0}）。この二人が akashi operators propose と confirm で登録してください。認証情報を失った人がいるときは、先にその証明書を失効させてください。',
  'The person {0} is an operator who can act already; enrol somebody else.':
    '{0} は、すでに操作できる認証局運用者です。別の人を登録してください。',
  'Somebody was enrolled under this id before; choose an id that nobody has had.':
    'この ID は以前に登録されています。誰も使ったことのない ID を選んでください。',
  'Somebody else was enrolled under this id meanwhile.': 'その間に、別の人がこの ID で登録されました。',
  'Cognito did not answer, or is asked too much; try again later.':
    'Cognito から応答がないか、Cognito への要求が多すぎます。しばらくしてから、もう一度お試しください。',
  'Cognito does not let this function manage the users of that pool; compare the pool with the role of the function.':
    'この関数は、そのユーザープールのユーザーを管理できません。プールと関数のロールを照らし合わせてください。',
};
