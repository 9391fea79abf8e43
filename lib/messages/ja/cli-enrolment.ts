/** What the commands of enrolment say: cli/enrolment, cli/commands, cli/own-key.ts. */
export const CLI_ENROLMENT: Readonly<Record<string, string>> = {
  'Name another folder with --out, or bring a certification request of that key with --csr.':
    '--out で別のフォルダを指定するか、その鍵の署名要求（CSR）を --csr で指定してください。',
  'In {0} there is only one of key.pem and request.csr, which are made together.':
    '{0} に、key.pem と request.csr の片方しかありません。この二つは一緒に作られます。',
  'An invitation is an id, a dot and 32 characters; copy all of it.':
    '招待は、ID、ピリオド、32 文字です。全体をコピーしてください。',
  'Call with --as; or, where it is to be replaced, move that folder away first or name another one with --out.':
    '--as で使えます。取り替えるときは、そのフォルダを先に移すか、--out で別のフォルダを指定してください。',
  'In {0} there is a certificate already.': '{0} には、すでに証明書があります。',
  'The service answered about another key than the one that was brought.':
    'サービスの回答が、届けた公開鍵についてのものではありません。',
  'Compare the address with the one that you were given. Where the service has a CA of its own, get its certificate from whoever invited you, put it into {0}, and try again.':
    'アドレスを、知らされたものと比べてください。サービスが独自の認証局を使っているときは、招待した人からその証明書を受け取り、{0} に置いて、もう一度お試しください。',
  'waiting for the confirmation: {0} s': '確認を待っています: {0} 秒',
  folder: 'フォルダ',
  'next: read the fingerprint, by telephone or in person, to the one who confirms it: the responsible person of your office, or an operator other than the one who gave you the invitation. When it is confirmed, run the same command again.':
    '次に、鍵を確認する人（登録分局の責任者、または招待を渡した人とは別の認証局運用者）に、電話か対面でフィンガープリントを読み上げてください。確認が済んだら、同じコマンドをもう一度実行してください',
  'next: akashi whoami --as {0}': '次に、akashi whoami --as {0} を実行してください',
  'next: put key.pem, cert.pem and ca.pem into {0}, and run akashi whoami --as {1}':
    '次に、key.pem、cert.pem、ca.pem を {0} に置き、akashi whoami --as {1} を実行してください',
  '{0} is the CA of your certificate. Where --as cannot reach the service, put the CA of its TLS address there.':
    '{0} は、あなたの証明書の認証局のものです。--as でサービスに接続できないときは、TLS のアドレスの認証局のものに取り替えてください。',
  '{0}, until {1}': '{0}（{1} まで）',
  'The service gave something else than a certificate of the key and that of its CA.':
    'サービスの回答が、その公開鍵の証明書と認証局の証明書ではありません。',
  'A fingerprint has 64 hex digits, in sixteen groups of four.':
    'フィンガープリントは、4 桁ずつ 16 組の、16 進 64 桁です。',

  'office approval': '登録分局の決裁',
  'offices: {0}': '登録分局: {0} 件',
  'principals: {0}': '利用主体: {0} 件',
  '{0}; more with --cursor {1}': '{0}（続きは --cursor {1}）',
  'next: another operator compares this and runs {0}':
    '次に、別の認証局運用者が内容を照合し、{0} を実行してください',
  '{0}: the proposal is taken back': '{0}: 提案を取り下げました',
  '{0}: what was proposed or prepared is taken back': '{0}: 提案または予定を取り下げました',
  '{0}: prepared; in force from {1} on': '{0}: 予定を登録しました。{1} から有効です',
  '{0}: in force now': '{0}: 今から有効です',
  'next: the responsible person of {0}, or another operator, runs {1}':
    '次に、{0} の責任者か、別の認証局運用者が、{1} を実行してください',
  'is proposed': '提案しました',
  'is proposed already': '提案済みです',
  'is prepared': '予定を登録しました',
  'is prepared already': '予定は登録済みです',
  'is changed': '変更しました',
  'is invited': '招待しました',
  'is in force': '有効になりました',
  'is so already': 'すでにそのとおりです',
  'is to be done': '実行の対象です',
  '{0}: prepared; it ends at {1}': '{0}: 予定を登録しました。{1} に終了します',
  'rows: {0} of {1}': '{1} 行中 {0} 行',
  'rows: {0}; done: {1}; failed: {2}': '{0} 行（実行 {1} 行、失敗 {2} 行）',
  'rows: {0}; to be done: {1}; failed: {2}': '{0} 行（実行の対象 {1} 行、失敗 {2} 行）',
  '{0}: the columns are {1}.': '{0}: 列は {1} です。',
  'Line {0} says something else of the same id; neither is done.':
    '{0} 行目が同じ ID について別の内容を述べています。どちらも実行しません。',
  '--dry-run goes with --file for many, without an id.':
    '--dry-run は、ID を付けず、--file で複数を扱うときに使います。',
  '--encoding goes with --file for many, without an id.':
    '--encoding は、ID を付けず、--file で複数を扱うときに使います。',
  'encoding: {0}, as the beginning of the file looks; name another with --encoding':
    '文字コード: {0}（ファイルの先頭から判断しました。違う場合は --encoding で指定してください）',
  'Give the id of one officer, or --file for many.':
    '担当者一人の ID か、複数を扱う --file を指定してください。',
  'Give the id, and --fingerprint as it was read to you.':
    'ID と、読み上げられた --fingerprint を指定してください。',
  'proposed from': '提案された発効',
  prepared: '予定の登録',
  'in force from': '発効',
  'then {0}': '発効後の{0}',
  'a change is prepared, from {0} on': '変更の予定があります（{0} から）',
  'lost; give the same terms again, with the names':
    '失われています。同じ内容を、氏名・名称とともにもう一度指定してください',
  'names lost': '氏名・名称なし（消失）',
  'an end is prepared, from {0} on': '終了の予定があります（{0} から）',
  'a transfer to {0} is proposed': '{0} への異動が提案されています',
  'a transfer to {0} is prepared, from {1} on': '{0} への異動の予定があります（{1} から）',
  'With --file everything is in the file: give no id and no other terms.':
    '--file を使うときは、すべてをファイルに書き、ID やほかの指定を付けないでください。',
  'Give the id, --office and --duty of one officer, or --file.':
    '担当者一人の ID と --office と --duty を指定するか、--file を指定してください。',
  'The first line of {0} has to be: {1}': '{0} の 1 行目は次のとおりにしてください: {1}',
  'The id is in line {0} already; this row is left out.':
    'この ID はすでに {0} 行目にあります。この行は処理しませんでした。',
  'Name at least one duty: receive, examine, approve or responsible.':
    '職務を一つ以上指定してください（receive、examine、approve、responsible）。',
  'notices: {0}': '通知: {0} 件',
  'proposed revocations: {0}': '提案された失効: {0} 件',
  '{0}/{1} stays, although {2} left': '{0}/{1} は、{2} の異動・終了の後もそのままです',
  'holders: {0}': '利用者: {0} 件',
  since: '登録',
  '{0} has ended; its certificates stay as they are.': '{0} は終了しました。証明書はそのままです。',
  'A pseudonym is 1 to 64 of a-z, 0-9 and hyphens.': '仮名は、a～z、0～9、ハイフンの 1～64 文字です。',
  'the office is not open': '登録分局が開設されていません',
  'something else came before': '先に別の操作がありました',
  'Name the office that takes over with --successor, or say --no-successor.':
    '引き継ぐ登録分局を --successor で指定するか、なければ --no-successor を付けてください。',
  '{0} has ended.': '{0} は終了しました。',
  'An attribute is given as NAME=VALUE.': '属性は NAME=VALUE の形で指定してください。',
  'The attribute {0} is given twice.': '属性 {0} が二度指定されています。',

  role: '役割',
  person: '人',
  duties: '職務',
  'known by': '認証の方法',
  'enrolled until': '登録の期限',
  'certificate until': '証明書の期限',
  'may ask for': '行える操作',
  name: '名称',
  reading: '読み',
  tenant: '運営団体',
  'government code': '地方公共団体コード',
  parent: '上位の登録分局',
  'attribute {0}': '属性 {0}',
  profiles: '証明書プロファイル',
  begins: '始まり',
  ends: '終わり',
  successor: '引継先',
  'successor {0}': '引継先 {0}',
  changed: '最後の変更',
  'a change is proposed': '変更が提案されています',
  'purpose {0}': '利用目的 {0}',
  'assumed purpose': '既定の利用目的',
  agreement: '協定',
  'invited until': '招待の期限',
  'invited until {0}': '招待中（{0} まで）',
  'key that was brought': '届いた公開鍵',
  'confirmed key': '確認済みの公開鍵',
  'a key waits for its confirmation': '公開鍵が確認を待っています',
  '{0}; lapses at {1}': '{0}。期限は {1}',
  'proposed {0}': '提案された{0}',

  invitation: '招待',
  'next: give the invitation to the person alone. It is not shown again, and opens once, before {0}. The person runs':
    '次に、招待を本人だけに渡してください。再び表示されることはなく、{0} までに一度だけ使えます。本人は次を実行します',
  'The person reads you the fingerprint of the key, and you run':
    '本人が読み上げるフィンガープリントを聞き、次を実行してください',
  'The person reads the fingerprint of the key to the responsible person of the office, or to another operator than you, who runs':
    '本人は、登録分局の責任者か、別の認証局運用者にフィンガープリントを読み上げます。聞いた人は次を実行します',
  'The person reads the fingerprint of the key to another operator than you, who runs':
    '本人は、別の認証局運用者にフィンガープリントを読み上げます。聞いた人は次を実行します',
  'next: the person repeats akashi enrol, which fetches the certificate':
    '次に、本人が akashi enrol をもう一度実行すると、証明書を受け取れます',
  '{0} is suspended.': '{0} を停止しました。',
  '{0} is no longer suspended.': '{0} の停止を解除しました。',
  '{0} has ended; its certificates are revoked.': '{0} は終了しました。証明書は失効しました。',

  'A purpose is given as ID=JAPANESE|ENGLISH|LEGAL BASIS, or in --file.':
    '利用目的は、ID=日本語|英語|法的根拠 の形で指定するか、--file のファイルに書いてください。',
  'The file is about the role {0}, and this command about {1}.':
    'ファイルの役割は {0} ですが、このコマンドの役割は {1} です。',
  'It is one JSON object; its members are those that the API takes: see openapi.json.':
    '一つの JSON オブジェクトです。メンバーは API のものと同じです（openapi.json）。',
  'The file {0} does not have the terms in order: {1}: {2}': 'ファイル {0} の内容に誤りがあります。{1}: {2}',
  'Both names are needed: give --name-ja and --name-en, or "name" in the file.':
    '名称は日本語と英語の両方が必要です。--name-ja と --name-en を指定するか、ファイルの "name" に書いてください。',
};
