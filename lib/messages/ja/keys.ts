/** Keys, signatures and the services that hold keys: lib/keys, lib/aws. */
export const KEYS = {
  'There is no signature algorithm of that name.': 'その名前の署名アルゴリズムはありません。',
  'The signature algorithm, or its parameters, are not among those that are verified here.':
    '署名アルゴリズムまたはそのパラメータが、検証に対応していないものです。',
  'KMS did not answer, or is asked too much; try again later.':
    'KMS から応答がないか、KMS への要求が多すぎます。しばらくしてから、もう一度お試しください。',
  'KMS does not take the sealed key for one of its own.':
    'KMS が、封印された鍵を自分で封印したものと認めません。',
  'KMS does not have that key for this caller; look at its state and policy.':
    'この呼び出し元が使える鍵が KMS にありません。鍵の状態とポリシーを確認してください。',
  'A key id has 1 to 64 of the characters a-z, 0-9 and "-".':
    '鍵の ID は、a-z、0-9、"-" を使って 1～64 文字で指定してください。',
  'KMS answered without the key.': 'KMS の応答に鍵がありません。',
  'The key store has no key of that id.': 'その ID の鍵は鍵ストアにありません。',
  'KMS answered without the key pair.': 'KMS の応答に鍵ペアがありません。',
  'The key was there and is gone; try again.': 'あったはずの鍵がなくなりました。もう一度お試しください。',
  'The key store has that key with another algorithm.':
    'その鍵は、別のアルゴリズムの鍵として鍵ストアにあります。',
  'KMS answered without the public key.': 'KMS の応答に公開鍵がありません。',
  'The key in KMS is not one that the algorithm signs with.':
    'KMS の鍵は、このアルゴリズムの署名に使えるものではありません。',
  'No key of that id is configured.': 'その ID の鍵は設定されていません。',
  'With this algorithm KMS signs at most {0} bytes; give the CA a key of another kind.':
    'このアルゴリズムでは、KMS が署名できるのは {0} バイトまでです。認証局に別の種類の鍵を使ってください。',
  'KMS answered without a signature.': 'KMS の応答に署名がありません。',
  'The key is none of RSA, P-256, P-384, P-521, Ed25519 and ML-DSA.':
    '鍵が RSA、P-256、P-384、P-521、Ed25519、ML-DSA のいずれでもありません。',
  'A public key has at most {0} bytes here.': '受け付ける公開鍵は {0} バイトまでです。',
  'This Node.js ({0}) has no {1}; use Node.js 24.7 or later.':
    'この Node.js（{0}）は {1} に対応していません。Node.js 24.7 以降を使ってください。',
  'The public key is malformed or of a kind not known here.':
    '公開鍵の形式が正しくないか、対応していない種類の鍵です。',
  'The public key is not written as its standard has it (named curve, uncompressed point, exact parameters).':
    '公開鍵が規格どおりに書かれていません（名前付き曲線、非圧縮の点、正確なパラメータが必要です）。',
  'Must be the id of a proposal.': '提案の ID を指定してください。',
  'Line {0} is not a SHA-256 in 64 lower-case hex digits; nothing of the list was taken.':
    '{0} 行目が、16 進数の小文字 64 桁で書いた SHA-256 ではありません。一覧は何も取り込んでいません。',
  'The list has more than {0} keys; nothing of it was taken.':
    '一覧の鍵が {0} 個を超えています。一覧は何も取り込んでいません。',
  'Line {0} is not after the line before it; the lines of a part are sorted, each once.':
    '{0} 行目が前の行より後ではありません。一覧の各部分は、行を整列し、重複をなくしてください。',
  'The public key is weak; make a new key pair with an up-to-date tool.':
    '公開鍵の強度が足りません。最新のツールで新しい鍵ペアを作ってください。',
  'The key store’s folder cannot be read or written.': '鍵ストアのフォルダを読み書きできません。',
  'A file of the key store is larger than any that it writes.':
    '鍵ストアのファイルが、書き込まれるはずのない大きさです。',
  "The key store's file {0} {1}; restore it from a backup.":
    '鍵ストアのファイル {0} {1}。バックアップから復元してください。',
  "The key store's file {0}": '鍵ストアのファイル {0}',
  'is not as it was written': 'が、書き込んだ時の形になっていません',
  'was altered': 'が改変されています',
  'is missing': 'がありません',
  'The key store needs a passphrase; the one given is empty.':
    '鍵ストアにはパスフレーズが必要です。指定されたパスフレーズは空です。',
  'The passphrase does not open the key store.': 'このパスフレーズでは鍵ストアを開けません。',
  'The key is not one that {0} signs with.': '鍵が {0} の署名に使えるものではありません。',
  'The signature algorithm does not go with the public key.': '署名アルゴリズムが公開鍵と合いません。',
  'The signature is not as long as the modulus of the key.': '署名の長さが、鍵の法の長さと一致しません。',
  'The signature does not verify under the public key.': '署名を公開鍵で検証できません。',

  'The store answered with more than it should.': 'データストアの応答が、あるべき大きさを超えています。',
  'No AWS Region is set; set AWS_REGION.': 'AWS のリージョンがありません。AWS_REGION を設定してください。',
  'No AWS credentials were found; give the function a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.':
    'AWS の認証情報がありません。関数にロールを付けるか、AWS_ACCESS_KEY_ID と AWS_SECRET_ACCESS_KEY を設定してください。',
  'The address of an AWS service is a scheme, a host and a port.':
    'AWS のサービスのアドレスは、スキーム、ホスト、ポートで指定してください。',
  'the id of a Cognito user pool': 'Cognito ユーザープールの ID',
  'the alias or the ARN of the KMS key that seals the keys of responders and of acts':
    'OCSPレスポンダと行為の鍵を封印するKMS鍵の別名またはARN',
  'A key of acts follows the generation before it, which is not there.':
    '行為の鍵は前の世代に続けて作りますが、前の世代の鍵がありません。',
  'The key store has another key of acts than its public object.':
    '鍵ストアにある行為の鍵が、公開されているオブジェクトの鍵と異なります。',
  'An object of the acts is not what its name says.': '行為のオブジェクトの内容が、その名前と一致しません。',
  'The object of a sealed key is damaged.': '封印された鍵のオブジェクトが壊れています。',
  'This function opens keys and makes none.': 'この関数は鍵を開くだけで、作ることはできません。',
  'A sealed key is not as it was written; have the responder renewed, or the key of acts replaced.':
    '封印された鍵が書き込まれたときと異なります。レスポンダを更新するか、行為の鍵を取り替えてください。',
  'The id of a data key has 1 to 128 of the characters a-z, 0-9, "_", "-" and ".", and does not begin with ".".':
    'データ鍵の ID は、a-z、0-9、"_"、"-"、"." を使って 1～128 文字で指定してください。"." で始めることはできません。',
  'The data key {0} cannot be opened as it was put; put it back from a copy of the data keys.':
    'データ鍵 {0} を、書き込んだ時のまま開くことができません。データ鍵の控えから戻してください。',
  'The file of the data key {0}': 'データ鍵 {0} のファイル',
};
