/** What the command line says itself: cli. */
export const CLI = {
  'An auditor of a tenant sees its records alone, and the log has those of all.':
    '運営団体の監査人が見られるのは、その運営団体の記録だけです。透明性ログには、すべての運営団体の記録があります。',
  'Verify as an auditor of the service, or leave the caller out: the log alone is then checked.':
    'サービス全体の監査人として検証するか、呼び出し元を省いてください。省くと、ログだけを検証します。',
  detail: '詳細',
  'what to do': '対処',
  'request id': '要求 ID',
  'Invalid command line': 'コマンドラインに誤りがあります',
  'The answer cannot be relied on': '回答を信頼できません',
  'Check that the address is that of an Akashi service of this version.':
    'アドレスが、この版の Akashi のサービスのものか確認してください。',
  'This program has version {0}, and the service has {1}: install the program of that version.':
    'このプログラムの版は {0}、サービスの版は {1} です。サービスと同じ版のプログラムをインストールしてください。',
  'The service is not reachable': 'サービスに接続できません',
  'The input is malformed': '入力の形式が正しくありません',
  'The proof does not hold': '証明が成り立ちません',

  'Say who calls: --as PRINCIPAL, or --token TOKEN (AKASHI_TOKEN).':
    '利用主体を、--as PRINCIPAL または --token TOKEN（AKASHI_TOKEN）で指定してください。',
  'Get another token: akashi token --as PRINCIPAL.':
    '新しいトークンを取得してください（akashi token --as PRINCIPAL）。',
  'Call with --as PRINCIPAL, or name an https address with --url.':
    '--as PRINCIPAL を付けるか、--url に https のアドレスを指定してください。',
  'Ask an operator for new credentials.': '認証局運用者に新しい認証情報を依頼してください。',
  'Call as a principal whose role may do this.': 'この操作を行える役割の利用主体で実行してください。',
  'Call with --as another person than those who submitted, proposed or examined before.':
    '受け付けた人、提案した人、審査した人とは別の人を --as に指定してください。',
  'See which one waits: akashi trust-domain show.':
    '待っている変更を確認してください（akashi trust-domain show）。',
  'See how far it is: akashi trust-domain show ID.':
    '変更の状態を確認してください（akashi trust-domain show ID）。',
  'See the amendments: akashi trust-domain show.':
    '変更の一覧を確認してください（akashi trust-domain show）。',
  'See how far the request is: akashi show REQUEST.': '申請の状態を確認してください（akashi show REQUEST）。',
  'See which profiles the office may use: akashi profiles.':
    '登録分局が使える証明書プロファイルを確認してください（akashi profiles）。',
  'There is no profile {0} that you may ask for. There are: {1}.':
    '証明書プロファイル {0} は、ないか、使えません。使えるのは次のとおりです。{1}。',
  'Leave --idempotency-key out to submit something new.':
    '新しい申請をするには、--idempotency-key を省いてください。',
  'Repeat the query that gave the cursor, or start without --cursor.':
    'カーソルを得たときと同じ検索を繰り返すか、--cursor を付けずに始めてください。',
  'See the authorities: akashi authorities.': '認証局の一覧を確認してください（akashi authorities）。',
  'An operator can publish one: akashi publish CA.':
    '認証局運用者が CRL を公開できます（akashi publish CA）。',
  'Try again in a few seconds.': '数秒後に、もう一度お試しください。',

  'Standard input has more than the {0} bytes that are taken.':
    '標準入力が、受け付ける {0} バイトを超えています。',
  'The service answered with something else than certificates in PEM.':
    'サービスの回答が、PEM の証明書ではありません。',
  'The service answered with something else than plain text.':
    'サービスの回答が、プレーンテキストではありません。',
  'A purpose is recorded only of a caller who is named; use --as or --token.':
    '利用目的は、名乗った呼び出し元についてだけ記録されます。--as か --token を使ってください。',
  'A token is given to a client certificate only; use --as.':
    'トークンの取得にはクライアント証明書が必要です。--as を使ってください。',
  '{0} sent elsewhere, to an address that is not followed from there.':
    '{0} が転送しようとした先は、そこから転送に応じられないアドレスです。',
  '{0}, where {1} had put its answer, answered {2}; ask again.':
    '{1} が回答を置いた {0} が {2} を返しました。もう一度お試しください。',
  'The service answered {0} in a form that is not known here: {1}':
    'サービスがステータス {0} で返した回答の形式が、このプログラムの知らないものです。{1}',
  '{0} answered {1}; such a redirect is not followed.': '{0} が {1} を返しました。この転送には応じません。',
  "{0} takes no request of that size. On AWS, put a CDN's access log into the bucket to which the CDN delivers; it is counted there by itself.":
    '{0} は、この大きさのリクエストを受け付けません。AWS では、CDN のアクセスログを、CDN が届けるバケットに置いてください。自動的に数えられます。',
  '{0} answered {1} without a problem document.': '{0} が、問題の説明のないステータス {1} を返しました。',
  'There is no certificate in {0}.': '{0} に証明書がありません。',
  'The service did not give the certificate of its authority {0}.':
    'サービスから、認証局 {0} の証明書を取得できません。',
  'Which authority issued the certificate in {0} cannot be judged. {1}':
    '{0} の証明書をどの認証局が発行したのか、判断できません。{1}',
  'No authority of {0} issued the certificate in {1}.':
    '{1} の証明書は、{0} のどの認証局が発行したものでもありません。',

  "unknown option '{0}'": "'{0}' というオプションはありません。",
  "unknown command '{0}'": "'{0}' というコマンドはありません。",
  "missing required argument '{0}'": "引数 '{0}' が必要です。",
  "option '{0}' argument missing": "オプション '{0}' の値が必要です。",
  "required option '{0}' not specified": "オプション '{0}' が必要です。",
  "option '{0}' argument '{1}' is invalid. Allowed choices are {2}.":
    "オプション '{0}' に '{1}' は指定できません。指定できるのは {2} です。",
  "option '{0}' value '{1}' from env '{2}' is invalid. Allowed choices are {3}.":
    "環境変数 '{2}' によるオプション '{0}' に '{1}' は指定できません。指定できるのは {3} です。",
  "too many arguments for '{0}'. Expected {1} argument but got {2}.":
    "'{0}' の引数が多すぎます。{1} 個のところ、{2} 個が指定されました。",
  "too many arguments for '{0}'. Expected {1} arguments but got {2}.":
    "'{0}' の引数が多すぎます。{1} 個のところ、{2} 個が指定されました。",
  '{0} ({1})': '{0}（{1}）',
  'Did you mean one of {0}?': 'もしかして: {0}',
  'Did you mean {0}?': 'もしかして: {0}',

  'There is no service "{0}" in {1}.': '「{0}」というサービスは {1} にありません。',
  'The file {0} does not describe services: {1}.': 'ファイル {0} のサービスの書き方に誤りがあります（{1}）。',
  'It has the members "default" (a name) and "services", by name, each with "url", "tlsUrl", "tokenUrl", "as" and "credentials".':
    'メンバーは "default"（名前）と "services" です。"services" には、名前ごとに "url"、"tlsUrl"、"tokenUrl"、"as"、"credentials" を書きます。',
  'This installed program has no code that writes the files of a service.':
    'インストールしたこのプログラムに、サービスのファイルに書き込むコードはありません。',
  "Restore in the folder of the service's own checkout: npx akashi restore.":
    'サービスのチェックアウトのフォルダーで復元してください（npx akashi restore）。',
  'A principal is named by 1 to 64 lower-case letters, digits and hyphens.':
    '利用主体は、英小文字、数字、ハイフンを使って 1～64 文字で指定してください。',
  "Name a principal whose key.pem, cert.pem and ca.pem are there, or the service's data folder with --data (DATA_DIR), or put them there: akashi --help.":
    'key.pem、cert.pem、ca.pem のある利用主体を指定するか、サービスのデータフォルダを --data（DATA_DIR）で指定するか、そこに三つのファイルを置いてください（akashi --help）。',
  'There are no credentials of "{0}" in {1}. {2}': '「{0}」の認証情報が {1} にありません。{2}',
  'The private key {0} is not used: others on this machine may read it (mode {1}).':
    '秘密鍵 {0} は、このマシンのほかの人が読める（モード {1}）ため、使いません。',
  'Give it to its owner alone: chmod 600 {0}': '所有者だけが読めるようにしてください: chmod 600 {0}',
  '{0} did not answer within {1} s.': '{0} から {1} 秒以内に応答がありません。',
  "Compare the address with the names in the server's certificate, and ca.pem among the credentials with its issuer.":
    'アドレスがサーバー証明書の名前と合うか、認証情報の ca.pem がその発行者のものか確認してください。',
  'No TLS connection with {0} can be made ({1}).': '{0} と TLS で接続できません（{1}）。',
  'Start the service with `npm start`, or name its address with --url and --tls-url (AKASHI_URL, AKASHI_TLS_URL).':
    '`npm start` でサービスを起動するか、そのアドレスを --url と --tls-url（AKASHI_URL、AKASHI_TLS_URL）で指定してください。',
  'Nothing that answers was found at {0} ({1}).': '{0} に接続できません（{1}）。',
  'Nothing that answers was found at {0}.': '{0} に接続できません。',
  'The answer of {0} broke off; nothing of it was kept.':
    '{0} の回答が途中で切れました。何も保存していません。',
  'The answer of {0} has more than the {1} bytes that are taken.':
    '{0} の回答が、受け付ける {1} バイトを超えています。',

  'The file {0} is not JSON.': 'ファイル {0} が JSON ではありません。',
  'The file {0} must be one JSON object whose members are strings or lists of strings.':
    'ファイル {0} は、文字列または文字列の一覧をメンバーに持つ一つの JSON オブジェクトにしてください。',
  'A field is given as NAME=VALUE.': '項目は NAME=VALUE の形で指定してください。',
  'Given twice, by --field and in the file: {0}.':
    '--field とファイルの両方で指定されています（{0}）。どちらか一方にしてください。',
  'See {0} --help.': '{0} --help を参照してください。',
  'See akashi --help, or --help after the command.':
    'akashi --help、またはコマンドの後に --help を付けて参照してください。',
  'See akashi revoke --help.': 'akashi revoke --help を参照してください。',
  'The file {0} cannot be read ({1}).': 'ファイル {0} を読めません（{1}）。',
  'The file {0} has more than the {1} bytes that are taken.':
    'ファイル {0} が、受け付ける {1} バイトを超えています。',
  '{0} is a folder, not a file.': '{0} はファイルではなくフォルダです。',
  'A file cannot be read or written: {0}.': 'ファイルを読み書きできません（{0}）。',
  '{0} is there already and is no file that could be replaced.':
    '{0} はすでにあり、置き換えられるファイルではありません。',
  'Name a file in a folder that is there, with room in it, and that you may write to.':
    '空きがあり、書き込める、既存のフォルダの中のファイルを指定してください。',
  'The file {0} cannot be written ({1}).': 'ファイル {0} に書き込めません（{1}）。',
  '{0} must be an address without user and query that begins with one of {1}.':
    '{0} には、{1} のいずれかで始まるアドレスを指定してください（ユーザー名とクエリは不可）。',
  'Use --as or --token, not both.': '--as と --token は、どちらか一方だけを使ってください。',
  'A bearer token has no such characters.': 'Bearer トークンに使えない文字が含まれています。',
  'A token is sent to this machine or over https only.':
    'トークンは、このマシンか https のアドレスにだけ送れます。',
  'Name an https address with --token-url or --url.':
    '--token-url か --url に https のアドレスを指定してください。',
  'AKASHI_TOKEN is not sent to a service that the command line names.':
    'コマンドラインで指定したサービスに AKASHI_TOKEN は送りません。',
  'Give the token with --token, or name the service with AKASHI_SERVICE or AKASHI_URL; or unset AKASHI_TOKEN.':
    'トークンを --token で指定するか、サービスを AKASHI_SERVICE か AKASHI_URL で指定してください。トークンが不要なら AKASHI_TOKEN を消してください。',
  'The service at {0} has another address for --as: name it with --tls-url.':
    '{0} のサービスは、--as には別のアドレスを使います。--tls-url で指定してください。',
  'The service at {0} has a plain address too: name it with --url.':
    '{0} のサービスには、認証情報のいらないアドレスもあります。--url で指定してください。',
  'Compare the addresses with those that the operator names: --url is the plain one, --tls-url takes client certificates, and --token-url takes tokens.':
    'アドレスを、認証局運用者から知らされたものと比べてください。--url は認証情報のいらないアドレス、--tls-url はクライアント証明書用、--token-url はトークン用です。',

  'The proven record is none that this version knows.':
    '証明された記録は、この版の知る種類のものではありません。',
  '{0} cannot be read ({1}).': '{0} を読めません（{1}）。',
  '{0}/{1} was answered with status {2}.': '{0}/{1} に対して、ステータス {2} が返されました。',
  'A file of {0} has more than {1} bytes.': '{0} のファイルが {1} バイトを超えています。',
  'A record id has 32 hex digits.': '記録の ID は 16 進 32 桁で指定してください。',
  'Name another file, or add --overwrite.': '別のファイルを指定するか、--overwrite を付けてください。',
  '{0} is there already.': '{0} はすでにあります。',
  '{0} was answered with status {1}.': '{0} に対して、ステータス {1} が返されました。',
  'The state file {0} cannot be read.': '状態ファイル {0} を読めません。',
  'Name another one with --state.': '--state に別のファイルを指定してください。',
  '{0} is not the state file of an audit.': '{0} は監査の状態ファイルではありません。',
  'Must be a number of hours.': '時間数を指定してください。',
  'Must be a kind and years, such as provision=7.': '種類と年数を、provision=7 のように指定してください。',
  'The state file is of a log with another key.': '状態ファイルは、別の鍵の透明性ログのものです。',
  'Name another file with --state.': '--state に別のファイルを指定してください。',
  'Name the verifier key of the log with --key.': '透明性ログの検証鍵を --key で指定してください。',
  'There is no checkpoint at {0}.': '{0} にチェックポイントがありません。',

  'The service answered with certificates that are not well formed.':
    'サービスが返した証明書の形式が正しくありません。',
  'Days are a whole number.': '日数は整数で指定してください。',
  'The file ends in neither .json nor .html.': 'ファイル名の末尾は .json または .html にしてください。',
  'Give --holder or --case, one of them.': '--holder と --case は、どちらか一方だけを指定してください。',
  'Name the disclosure with --case.': '開示を --case で指定してください。',
  'Say why with --reason.': '理由を --reason で指定してください。',
  'Give --out or --seed, one of them.': '--out と --seed は、どちらか一方だけを指定してください。',
  'Name a file with --out, or a seed with --seed.':
    'ファイルを --out で指定するか、シードを --seed で指定してください。',
  'Say one of --approve and --reject.': '--approve と --reject のどちらか一方を指定してください。',
  'A rejection needs a reason: --reason TEXT.': '却下には理由が必要です（--reason TEXT）。',
  'The file ends in none of .csv, .ndjson, .parquet.':
    'ファイル名の末尾は .csv、.ndjson、.parquet のいずれかにしてください。',
  'Must be a date such as 2026-04-01, or a time such as 2026-04-01T09:00:00+09:00.':
    '2026-04-01 のような日付か、2026-04-01T09:00:00+09:00 のような時刻を指定してください。',
  'A fiscal year is written like 2026.': '年度は 2026 のように指定してください。',
  'The file ends in none of .json, .csv, .html.':
    'ファイル名の末尾は .json、.csv、.html のいずれかにしてください。',
  'Name the fiscal year.': '年度を指定してください。',
  'It is safe to repeat the command with --idempotency-key {0}.':
    '--idempotency-key {0} を付ければ、同じコマンドを安全に繰り返せます。',
  'Name both sizes or none.': '二つの数は、両方を指定するか、どちらも指定しないでください。',
  'See akashi recover --help.': 'akashi recover --help をご覧ください。',
  'One of --reason and --withdraw is needed.': '--reason か --withdraw のどちらかを指定してください。',
  'Either --reason or --withdraw is needed, not both.':
    '--reason と --withdraw のどちらか一方だけを指定してください。',
  '--ocsp must be an http or https address.': '--ocsp には http または https のアドレスを指定してください。',
  'The id of an amendment has 20 hex digits; see akashi trust-domain show.':
    '変更の ID は 16 進 20 桁です。akashi trust-domain show で確認してください。',

  'No service of this data folder answers at {0}.': 'このデータフォルダのサービスが {0} で応答しません。',
  'Start it with npm start, or name its data folder with --data. A service that is stopped needs no command: copy its folder, and data-keys apart from the rest.':
    'npm start で起動するか、--data でデータフォルダを指定してください。停止しているサービスにこのコマンドは要りません。フォルダをコピーし、data-keys だけは別の場所に分けてください。',
  'The service answered what this program does not know.':
    'サービスの応答を、このプログラムは解釈できません。',
  'No backup was made': 'バックアップを作りませんでした',
  'The service stopped answering before the backup was complete.':
    'バックアップが終わる前に、サービスの応答が途絶えました。',
  'Nothing was restored': '何も復元していません',
  'A backup is missing.': 'バックアップの指定がありません。',
  'Name the folder of the backup, or give --data-keys alone to put back data keys only.':
    'バックアップのフォルダを指定してください。データ鍵だけを戻すときは、--data-keys だけを指定します。',
};
