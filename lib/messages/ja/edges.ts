/** What the functions say themselves: functions/http, routes, lambda, local, tasks. */
export const EDGES = {
  'The certificate is not signed yet.': '証明書にまだ署名していません。',
  'The demonstration has no principal {0}, for whom --new-credentials asks.':
    '--new-credentials で指定した {0} は、デモンストレーションの利用主体ではありません。',
  'The trust domain names no operator of that id.': '信頼ドメインに、その ID の認証局運用者はいません。',
  'The body is not the JSON expected: {0}.': '本文が、求められる JSON ではありません（{0}）。',
  'it is not UTF-8': 'UTF-8 ではありません',
  'it is not JSON': 'JSON ではありません',
  'a string holds half of a surrogate pair': '文字列に、対になっていないサロゲートがあります',
  'it has a member "__proto__"': '名前が "__proto__" のメンバーがあります',
  'an object has a member twice': '一つのオブジェクトに同じ名前のメンバーが二つあります',
  'it is nested deeper than {0}': '入れ子が {0} 段より深くなっています',
  '{0}. {1}': '{0}。{1}',
  'Try again later.': 'しばらくしてから、もう一度お試しください。',
  'Give the request id to the operator.': '要求 ID（requestId）を認証局運用者に知らせてください。',
  'The profile {0} of the trust domain file does not take the names of the service\'s own TLS door. They are {1}: this machine\'s, and the host of {2} (PUBLIC_URL, or "addresses" of the file). {3} Change the profile or the address.':
    '信頼ドメインファイルの証明書プロファイル {0} では、サービス自身の TLS 用の名前を使えません。その名前は {1} で、この計算機の名前と、{2}（PUBLIC_URL、またはファイルの "addresses"）のホストです。{3} プロファイルかアドレスを変更してください。',
  'The trust domain declares no such purpose for this caller; name none, or one of its purposes.':
    'この呼び出し元には、その利用目的が宣言されていません。利用目的の指定を省くか、宣言されているものを指定してください。',
  'A relying party finds the answers to itself: leave the recipient, the holder, the office and the tenant out.':
    '署名検証者が検索できるのは、自らへの提供だけです。提供先、利用者、登録分局、運営団体は指定しないでください。',
  'An officer sees the accesses of the own office: leave the tenant out.':
    '登録分局の担当者が見られるのは、その登録分局の閲覧記録だけです。運営団体は指定しないでください。',
  'Must be 1 to 64 lower-case letters, digits and hyphens.':
    '英小文字、数字、ハイフンを使って 1～64 文字で指定してください。',
  'Must be the six digits of a local government code.':
    '全国地方公共団体コードの 6 桁の数字を指定してください。',
  'Must be 1 to 40 letters, digits and dots.': '英字、数字、ピリオドの 1～40 文字で指定してください。',
  'Must be the id of a request.': '申請の ID を指定してください。',
  'Must be the id of a record.': '記録の ID を指定してください。',
  'Must be 1 to 20 octets in hex.': '1～20 オクテットの 16 進で指定してください。',
  'Must be a time of RFC 3339, such as 2026-04-01T09:00:00+09:00; in an address, + is written %2B.':
    'RFC 3339 の時刻を、2026-04-01T09:00:00+09:00 のように指定してください（アドレスの中では + を %2B と書きます）。',
  'Must be a time of RFC 3339 in UTC, ending in Z.':
    'RFC 3339 の形式の日時を、Z で終わる UTC で指定してください。',
  'Must be a month, such as 2026-04.': '年月を、2026-04 のように指定してください。',
  'Must be the number of an act.': '行為の番号を指定してください。',
  'Must be a SHA-256 digest in lower-case hex.':
    'SHA-256 のダイジェストを、小文字の 16 進で指定してください。',
  'Must have at most 1,000 characters.': '1,000 文字以内で指定してください。',
  'Must say why.': '理由を入力してください。',
  "Twelve digits in it have the form of an Individual Number (My Number), which the law forbids to keep here; leave them out, or give a number of your office's own that has another length.":
    '個人番号（マイナンバー）の形をした 12 桁の数字があります。個人番号は、法律によりここに保存できません。その数字を取り除くか、登録分局で付けた 12 桁でない番号を使ってください。',
  "Must be a field's name.": '項目の名前を指定してください。',
  'The answer was not ready when the time of the function was up.':
    '関数の制限時間内に回答を用意できませんでした。',
  'This operation takes no body; send none.':
    'この操作は本文を受け付けません。本文を付けずに送ってください。',
  'The body has more than the {0} bytes that are taken here.':
    '本文が、受け付ける {0} バイトを超えています。',
  'Send the body as one of {0}, without a content encoding.':
    '本文は、{0} のいずれかの形式で、Content-Encoding を付けずに送ってください。',
  'Use {0} here.': 'このパスで使えるメソッドは {0} です。',
  'Show a client certificate or send a token.': 'クライアント証明書を提示するか、トークンを送ってください。',
  'Your office has given you none of these duties: {0}; ask its responsible person.':
    '登録分局から職務 {0} のどれも与えられていません。登録分局の責任者に確認してください。',
  'This operation is not for callers of this role; see facts.roles.':
    'この役割の利用主体は、この操作を行えません。行える役割は facts.roles にあります。',
  'This operation concerns the service as a whole; principals of the tenant {0} may not call it. Ask an operator or auditor of the service.':
    'この操作はサービス全体に関わるため、運営団体 {0} に属する利用主体は行えません。サービスの運用者または監査人に依頼してください。',
  'The path is not percent-encoded UTF-8.': 'パスが、UTF-8 をパーセント符号化したものではありません。',
  'A query parameter is given twice; give each once.':
    '同じクエリパラメータが二度指定されています。一度だけ指定してください。',
  'This operation takes no query parameters.': 'この操作はクエリパラメータを受け付けません。',
  'The request does not fit its schema; see facts.problems.':
    'リクエストの内容に誤りがあります。誤りは facts.problems にあります。',
  'There is no member {0} here.': '{0} という項目はありません。省いてください。',
  'The environment of the function has no Region or no credentials.':
    '関数の環境変数に、リージョンまたは認証情報がありません。',
  'No operation has this path; see /openapi.json.':
    'このパスの操作はありません。/openapi.json を参照してください。',
  'This function cannot identify callers.': 'この関数は、呼び出し元を確認できません。',
  'The file is too large to be sent in one answer; ask for less.':
    'ファイルが大きすぎて、一度に送れません。範囲を狭めてください。',
  'The file is too large to be made in the time that one request has; ask for a shorter time, or for one kind of record at once.':
    'ファイルが大きすぎて、一度のリクエストの時間内に作れません。期間を短くするか、記録の種類を一つに絞ってください。',
  'This function was not given what it reached for.': 'この関数には、使おうとしたものが与えられていません。',
  'Nobody signs in to the console here.': 'ここではコンソールにサインインできません。',
  'LAMBDA_TASK_ROOT is not set: this runs as a Lambda function only.':
    'LAMBDA_TASK_ROOT がありません。これは Lambda 関数としてだけ動きます。',
  'Send the body as it is, or chunked.': '本文は、そのまま、または chunked で送ってください。',
  'The body was cut short.': '本文が途中で切れました。',
  'The body did not arrive in time; send it again.':
    '本文が時間内に届きませんでした。もう一度送ってください。',
  'Too much is being sent at once; send it again later.':
    '一度に送られるデータが多すぎます。しばらくしてから、もう一度送ってください。',
  'The credentials in {0} cannot be read as PEM; delete that folder, and start again.':
    '{0} の認証情報を PEM として読めません。このフォルダを削除して、起動し直してください。',
  'The service makes credentials in the demonstration only. The key of {0} is made where it is used, and certified by a ceremony: see "First day of a real office" in docs/operations.md.':
    'サービスが認証情報を作るのは、デモンストレーションだけです。{0} の鍵は、使う場所で本人が作り、鍵生成式で証明を受けます。docs/operations.md の "First day of a real office" をご覧ください。',
  'The certification request {0} is not taken. {1}': '署名要求（CSR）{0} は受け付けられません。{1}',
  'The certification request {0} is for nobody: the trust domain has no principal of that id. Rename it or take it away.':
    '署名要求（CSR）{0} に当たる利用主体が、信頼ドメインにいません。ファイル名を直すか、取り除いてください。',
  'Nothing is made before both persons of the ceremony ask for their certificates. Requests are missing of: {0}.':
    '鍵生成式の二人の署名要求（CSR）がそろうまで、何も作りません。署名要求がないのは {0} です。',
  'The service makes no key for a person. Each makes a key and a certification request where the key will be used, by one of:':
    'サービスは、人の鍵を作りません。鍵と署名要求は、鍵を使う場所で本人が、次のどちらかで作ります。',
  '  npx akashi credentials request {0} --out FOLDER': '  npx akashi credentials request {0} --out FOLDER',
  '  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN={0} -out request.csr':
    '  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -subj /CN={0} -out request.csr',
  'Each hands over the request, and never the key, for {0}. Then start again.':
    '鍵は渡さず、署名要求だけを渡して {0} に置き、起動し直してください。',
  'The certification request {0} has more than the {1} bytes that are taken.':
    '署名要求（CSR）{0} が、受け付ける上限の {1} バイトを超えています。',
  'The certification request {0} must be a file that this user can read.':
    '署名要求（CSR）{0} は、このユーザーが読めるファイルでなければなりません。',
  'Must be the id of a principal.': '利用主体の ID を指定してください。',
  "Others on this machine can write into {0}, and so put files in place of the service's; run chmod 700 {1}, or choose another DATA_DIR.":
    'このマシンのほかのユーザーが {0} に書き込めるため、サービスのファイルを置き換えられるおそれがあります。chmod 700 {1} を実行するか、別の DATA_DIR を指定してください。',
  'AKASHI_PASSPHRASE_FILE or AKASHI_PASSPHRASE must be set: the CA keys of this trust domain are sealed under it.':
    'AKASHI_PASSPHRASE_FILE または AKASHI_PASSPHRASE を設定してください。この信頼ドメインの認証局の鍵を封印するパスフレーズです。',
  'AKASHI_PASSPHRASE_FILE must be a file that this user can read; {0} is not.':
    'AKASHI_PASSPHRASE_FILE には、このユーザーが読めるファイルを指定してください。{0} は読めません。',
  'Others on this machine may read or write {0}, which holds the passphrase; run chmod 600 {1}.':
    'このマシンのほかのユーザーが、パスフレーズのファイル {0} を読み書きできます。chmod 600 {1} を実行してください。',
  'AKASHI_PASSPHRASE_FILE must hold the passphrase as one line of UTF-8, of 1 to {0} bytes; {1} does not.':
    'AKASHI_PASSPHRASE_FILE のファイルには、パスフレーズを UTF-8 の一行（1～{0} バイト）で書いてください。{1} はそうなっていません。',
  'This request was made by a page of another origin; nothing was done. Use akashi, a page of this service, or the address bar.':
    '別のオリジンのページから送られたリクエストのため、何も行いませんでした。akashi か、このサービスのページか、アドレスバーを使ってください。',
  'This source has sent more requests than it may; wait, show a client certificate, or ask the operator for a larger rate.':
    'この送信元からのリクエストが上限を超えました。しばらく待つか、クライアント証明書を提示するか、認証局運用者に上限の引き上げを依頼してください。',
  'The disk of the service is nearly full, and what is left is kept for revocations.':
    'サービスのディスクの空きが少ないため、残りを失効のために取ってあります。',
  'a number of requests from 1 to {0}': '1～{0} のリクエスト数',
  'addresses or networks, each with its rate, such as 192.0.2.0/24=2000, separated by commas':
    'アドレスまたはネットワークとその上限（192.0.2.0/24=2000 など）。複数はカンマで区切ります',
  'addresses or networks of proxies, such as 127.0.0.1 or 2001:db8::/64, separated by commas':
    'プロキシのアドレスまたはネットワーク（127.0.0.1、2001:db8::/64 など）。複数はカンマで区切ります',
  'a number of bytes, or 0 for no floor': 'バイト数（0 は下限なし）',
  'Send one Host header.': 'Host ヘッダーは一つだけ送ってください。',
  'Wait for answers before you send more on this connection.':
    'この接続では、回答を受け取ってから次のリクエストを送ってください。',
  'TRUST_DOMAIN must be the path of a trust domain file; {0} cannot be read.':
    'TRUST_DOMAIN には信頼ドメインファイルのパスを指定してください。{0} を読めません。',
  '{0} is neither the trust domain file in force nor one that two operators have approved to follow it.':
    '{0} は、現行の信頼ドメインファイルでも、二人の認証局運用者が次のものとして承認したものでもありません。',
  'To change the trust domain, start with the file in force:':
    '信頼ドメインを変更するには、まず現行のファイルで起動します。',
  '  TRUST_DOMAIN={0} npm start': '  TRUST_DOMAIN={0} npm start',
  'have the changed one proposed by one operator and approved by another:':
    '次に、変更したファイルを一人の認証局運用者が提案し、別の一人が承認します。',
  '  npx akashi trust-domain propose {0} --as OPERATOR':
    '  npx akashi trust-domain propose {0} --as OPERATOR',
  '  npx akashi trust-domain approve ID --as ANOTHER': '  npx akashi trust-domain approve ID --as ANOTHER',
  'and start again with TRUST_DOMAIN={0}. For another trust domain choose another DATA_DIR.':
    '最後に、TRUST_DOMAIN={0} として起動し直します。別の信頼ドメインには、別の DATA_DIR を指定してください。',
  'Must be the name of a partition.': 'CRL の区分の名前を指定してください。',
  'Must be a CRL number.': 'CRL の番号を指定してください。',
  'Must have at most 64 characters.': '64 文字以内で指定してください。',
  'Must be a fiscal year, such as 2026.': '年度を、2026 のように指定してください。',
  'Must be one line.': '一行で指定してください。',
  'The file {0}.': 'ファイル{0}。',
  'is not whole, or not compressed by gzip': 'が途中で切れているか、gzip で圧縮されていません',
  'unpacks to more than an access log has': 'を展開すると、アクセスログとしては大きすぎます',
  'has a line that is too long': 'に長すぎる行があります',
  "Must be the log file's own name.": 'アクセスログのファイル名を指定してください。',
  'A certificate is named by ca and serial together.': '証明書は、ca と serial の両方で指定してください。',
  'Must be the id of an amendment.': '変更の ID を指定してください。',
  'The body is not a whole file compressed by gzip, or has more than 48 MiB.':
    '本文が、gzip で圧縮された完全なファイルでないか、48 MiB を超えています。',
  'The file has more bytes than an access log has.': 'ファイルが、アクセスログとしては大きすぎます。',
  'Both persons of the ceremony enrol an operator together: --present {0} --present {1}, and nobody else.':
    '認証局運用者の登録は、鍵生成式の二人がそろって行います。--present {0} --present {1} と指定し、ほかの人は指定しないでください。',
  'The certification request of the operator is missing: {0}. The operator makes it with akashi credentials request {1} --out FOLDER.':
    '認証局運用者の証明書発行要求 {0} がありません。本人が akashi credentials request {1} --out FOLDER で作成します。',
  'The trust domain names an operator of that id; enrol the operator under an id that nobody has had.':
    'その ID の利用主体が信頼ドメインにあります。誰も使ったことのない ID で登録してください。',
  'The event must be { "trustDomain": "<SHA-256>", "credentials": […] }, and may have an "operator".':
    'イベントは { "trustDomain": "<SHA-256>", "credentials": […] } の形で指定してください。"operator" を加えることもできます。',
  'The digest in the event is not the digest of the deployed trust domain; compare the files.':
    'イベントのダイジェストが、配備された信頼ドメインのものと異なります。ファイルを比べてください。',
  '{0} is not empty; name a folder that is new.':
    '{0} は空ではありません。新しいフォルダを指定してください。',
  'The checkpoint is not one of the log in the backup: another key signed it. Nothing was restored.':
    'チェックポイントは、バックアップにある透明性ログのものではありません（別の鍵で署名されています）。何も復元していません。',
  'The logs differ: the tree of {0} leaves is no beginning of the one with {1}. Nothing was restored.':
    '透明性ログが一致しません。葉が {0} 個の木は、葉が {1} 個の木の先頭部分ではありません。何も復元していません。',
  'Another backup is running; wait until it has ended.':
    '別のバックアップを実行しています。終わるまで待ってください。',
  'A restore into this data folder runs, or was interrupted; run akashi restore again with the same backup.':
    'このデータフォルダへの復元が、実行中か、または途中で止まっています。同じバックアップで akashi restore をもう一度実行してください。',
  'The backup is damaged at {0}; nothing was restored. Take another backup.':
    'バックアップの {0} が壊れています。何も復元していません。別のバックアップを使ってください。',
  'The backup': 'バックアップ',
  'The copy of the data keys must lie neither in the backup nor in the data folder: {0}. Name a file that is kept elsewhere.':
    'データ鍵の写しを、バックアップやデータフォルダの中に置くことはできません: {0}。別に保管するファイルを指定してください。',
  '{0} is there already; name a file that is new.':
    '{0} はすでにあります。新しいファイルを指定してください。',
  'The copy of the data keys is damaged: {0}. Nothing was restored. Take another copy.':
    'データ鍵の控え {0} が壊れています。何も復元していません。別の控えを使ってください。',
  'The copy of the data keys': 'データ鍵の控え',
  'The copy of the data keys ended at {0}: nothing is read by it any more. Delete {1}; nothing was restored.':
    'データ鍵の控えは {0} に期限が切れました。この控えでデータを読むことはもうできません。{1} を削除してください。何も復元していません。',
  'The copy of the data keys is not one of the key store in {0}, and would not open there. Nothing was restored.':
    'データ鍵の控えは、{0} の鍵ストアのものではないため、そこでは開けません。何も復元していません。',
  'The data key {0} is there with other bytes than in the copy: it was damaged, or made anew. Move {1} away and restore again; what was put under a key that was made anew cannot be read without it. Nothing was restored.':
    'データ鍵 {0} がすでにあり、内容が控えと異なります。壊れたか、新しく作られたものです。{1} を別の場所に移してから、もう一度復元してください。新しく作られた鍵で暗号化したデータは、その鍵がなければ読めません。何も復元していません。',
  'There are no data of a service in {0}; name the backup as well.':
    '{0} にサービスのデータがありません。バックアップも指定してください。',
  'Another restore into {0} is running; wait until it has ended.':
    '{0} への別の復元を実行しています。終わるまで待ってください。',
  'The data folder has no checkpoint of the log. Give --checkpoint with the newest one that an auditor or a witness has, so that nothing is forgotten unnoticed.':
    'データフォルダに、透明性ログのチェックポイントがありません。気付かないうちに記録が失われることのないよう、監査人または証人が持つ最新のチェックポイントを --checkpoint で指定してください。',
  'The backup is not one of this data folder: both have an object of one name with other bytes. Nothing was restored; restore into an empty folder.':
    'バックアップは、このデータフォルダのものではありません（同じ名前で内容の異なるオブジェクトがあります）。何も復元していません。空のフォルダに復元してください。',
  "The backup has files of a log, and its table has no row of the log's tree: it is not whole. Take another backup.":
    'バックアップに透明性ログのファイルがありますが、テーブルに透明性ログの木の行がありません。完全なバックアップではないため、別のバックアップを使ってください。',
  "The table has no row of the log's tree now, so this would be no whole backup; try again shortly.":
    'いまテーブルに透明性ログの木の行がなく、完全なバックアップになりません。少し待ってからもう一度実行してください。',
  'This address answers only its CDN; ask at the public address of the service.':
    'このアドレスは CDN にだけ答えます。サービスの公開アドレスに問い合わせてください。',
  'The secrets of the CDN cannot be read now.': 'CDN のシークレットを今は読めません。',
};
