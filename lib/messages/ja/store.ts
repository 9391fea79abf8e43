/** Tables, buckets and settings: lib/store, lib/env.ts, lib/format.ts. */
export const STORE = {
  '{0} is in format {1}; this version of Akashi reads format {2} only. Go on with the version that wrote it, or begin with an empty one.':
    '{0}の形式は {1} です。この版の Akashi が読めるのは形式 {2} だけです。書き込んだ版を使い続けるか、空の状態から始めてください。',
  '{0} has no format number; this version of Akashi reads format {1} only. Go on with the version that wrote it, or begin with an empty one.':
    '{0}に形式の番号がありません。この版の Akashi が読めるのは形式 {1} だけです。書き込んだ版を使い続けるか、空の状態から始めてください。',
  'The bucket': 'バケット',
  'The table': 'テーブル',
  'the name of the DynamoDB table of personal data': '個人データの DynamoDB テーブルの名前',
  'the name of the DynamoDB table of data keys': 'データ鍵の DynamoDB テーブルの名前',
  'the ARN of the KMS key that seals the data keys': 'データ鍵を封印する KMS 鍵の ARN',
  'the https address of the host of the pages for roles, where there is one':
    '担当者用の画面のホストの https アドレス（ある場合）',
  'The table {0}': 'テーブル {0} ',
  'The cursor is not one of this query; begin again without a cursor.':
    'カーソルがこの検索のものではありません。カーソルを付けずに最初からやり直してください。',
  'The table is closed.': 'テーブルは閉じられています。',
  'A row was not written by this service; look at the table.':
    'このサービスが書き込んだものでない行があります。テーブルを調べてください。',
  'An object key may not also be the folder of another one.':
    'オブジェクトのキーを、別のオブジェクトのフォルダとして使うことはできません。',
  'The bucket folder cannot be read or written; look at the disk.':
    'バケットのフォルダを読み書きできません。ディスクを調べてください。',
  'A write takes 1 to {0} rows, not {1}.': '一度に書き込めるのは 1～{0} 行です。{1} 行が指定されました。',
  'Each row may be named only once in one write.': '一度の書き込みで同じ行を二度指定することはできません。',
  'The values of one write are too large together; split the write.':
    '一度に書き込む値の合計が大きすぎます。書き込みを分けてください。',
  'A value is too large for one row; store large data in the bucket.':
    '値が一行に収まりません。大きなデータはバケットに保存してください。',
  '`expires` is a whole number of seconds since 1970.':
    '`expires` は、1970 年からの秒数を整数で指定してください。',
  'A version is a whole number from 1.': '版は 1 以上の整数で指定してください。',
  'Neither part of a key may be empty.': 'キーのどの部分も空にはできません。',
  "A page's limit is 1 to {0}.": '1 ページの件数は 1～{0} で指定してください。',
  'An object key is made of segments of A-Z, a-z, 0-9, ".", "_" and "-", parted by "/".':
    'オブジェクトのキーは、A-Z、a-z、0-9、"."、"_"、"-" からなる名前を "/" で区切って指定してください。',
  'An object prefix is the beginning of an object key.':
    'オブジェクトの接頭辞には、オブジェクトのキーの先頭部分を指定してください。',
  '`{0}` holds half of a surrogate pair.': '`{0}` に、対になっていないサロゲートがあります。',
  '`{0}` is longer than {1} bytes of UTF-8.': '`{0}` は、UTF-8 で {1} バイト以内にしてください。',
  'The row is not as the write expected it; read it again.':
    '行が書き込みの前提と異なっています。読み直してください。',
  'The object is not as the put expected it; read it again.':
    'オブジェクトが書き込みの前提と異なっています。読み直してください。',
  'The store did not answer, or not as expected; try again later.':
    'データストアから応答がないか、応答が予期しないものです。しばらくしてから、もう一度お試しください。',
  'The file is too large; ask for less.': 'ファイルが大きすぎます。範囲を狭めてください。',
  'The store answered without a version.': 'データストアの応答に版がありません。',
  '{0} is no table of Akashi; choose another DATA_DIR.':
    '{0} は Akashi のテーブルではありません。別の DATA_DIR を指定してください。',
  'The table file cannot be read or written; look at the disk.':
    'テーブルのファイルを読み書きできません。ディスクを調べてください。',
  'Another process has this data folder open; stop it first, or choose another folder.':
    'このデータフォルダは、別のプロセスが使用中です。先にそれを止めるか、別のフォルダを指定してください。',

  '{0} must be {1}.': '{0} には、{1}を指定してください。',
  '{0} must be {1}; it was {2}.': '{0} には、{1}を指定してください。指定された値は {2} です。',
  'a port number from 0 to 65535, where 0 takes a free one': '0～65535 のポート番号（0 は空きポート）',
  'an http address, which goes into certificates: in ASCII without spaces, the host a domain name in lower case (other scripts as xn--) or an IP address, no . or .. in the path, without query, user or slash at the end; with PORT=0 it must be given':
    '証明書に書き込まれる http のアドレス（空白なしの ASCII。ホストは小文字のドメイン名（日本語などは xn-- で始まる A ラベル）または IP アドレス。パスの . と ..、クエリ、ユーザー名、末尾のスラッシュは不可、PORT=0 のときは必須）',
  'the name of the log: a host and a path, without scheme, space and plus':
    '透明性ログの名前（ホストとパス。スキーム、空白、プラス記号は不可）',
  'verifier keys of witnesses, each followed by a space and its address, separated by commas':
    '証人の検証鍵と、空白に続くアドレスの組（コンマ区切り）',
  'how many witnesses a checkpoint needs before it is published': 'チェックポイントの公開に必要な証人の数',
  'an address of this machine to listen at': '待ち受けに使う、このマシンのアドレス',
  'a folder for the data': 'データを置くフォルダ',
  'the path of a trust domain file': '信頼ドメインファイルのパス',
  'a passphrase, not empty': '空でないパスフレーズ',
  'the path of a file with the passphrase, where AKASHI_PASSPHRASE is not set':
    'パスフレーズを書いたファイルのパス（AKASHI_PASSPHRASE との併用は不可）',
  'the name of the witness: a host and a path, without scheme, space and plus':
    '証人の名前（ホストとパス。スキーム、空白、プラス記号は不可）',
  'verifier keys of the logs that it cosigns, separated by commas':
    '連署する透明性ログの検証鍵（コンマ区切り）',
  "the function's name in logs and metrics": '動作記録とメトリクスに使う関数の名前',
  'the name of a DynamoDB table': 'DynamoDB のテーブル名',
  'the ARNs of the secrets of the CDN, separated by spaces': '空白で区切った、CDN のシークレットの ARN',
  'the name of an S3 bucket': 'S3 のバケット名',
  'what the aliases of the CA keys begin with, between "alias/" and the id of the CA':
    '認証局の鍵のエイリアスで、"alias/" と認証局の ID の間に入る文字列',
  'http addresses in ASCII without query, user or slash at the end, separated by a space':
    'http のアドレス（ASCII のみ、空白区切り。クエリ、ユーザー名、末尾のスラッシュは不可）',
  'the address of a token issuer': 'トークン発行者のアドレス',
  'the audience of the tokens': 'トークンの宛先（audience）',
  'the name of the S3 bucket for files that are handed over': '受け渡し用ファイルを置く S3 のバケット名',
  'the address at which callers reach S3, where it is not its own':
    '呼び出し元から見た S3 のアドレス（標準のアドレスでない場合）',
  'the name of the S3 bucket to which the CDN delivers its access logs':
    'CDN がアクセスログを届ける S3 のバケット名',
  'what the keys of these logs begin with': 'アクセスログのキーの先頭部分',
};
