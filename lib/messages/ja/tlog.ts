/** The transparency log's formats and proofs: lib/tlog, functions/witness. */
export const TLOG = {
  'A line of the checkpoint has a newline in it.': 'チェックポイントの行の中に改行があります。',
  'A checkpoint is text without control characters.':
    'チェックポイントは、制御文字のない文字列でなければなりません。',
  'A checkpoint is an origin, a size and a root hash, a line each.':
    'チェックポイントは、名前（origin）、大きさ、ルートハッシュを一行ずつ書いたものです。',
  'The checkpoint is of another log.': 'チェックポイントは別の透明性ログのものです。',
  'The checkpoint has no signature of the log.': 'チェックポイントに透明性ログの署名がありません。',
  'A tree of {0} leaves has no prefix of {1}.': '葉が {0} 枚の木に、{1} 枚の前半部分はありません。',
  'The proof has a hash that is not 32 bytes long.': '証明に、長さが 32 バイトでないハッシュがあります。',
  'No hash is needed to prove this consistency.': 'この整合性の証明にハッシュは要りません。',
  'The log has two different roots for {0} leaves.':
    '葉が {0} 枚のときのルートが二つあり、互いに異なります。',
  'The consistency proof does not lead to both roots.': '整合性の証明が、二つのルートの両方に至りません。',
  'The consistency proof has too few hashes.': '整合性の証明のハッシュが足りません。',
  'The consistency proof has too many hashes.': '整合性の証明のハッシュが多すぎます。',
  'Only a tree from its first leaf on is cosigned with a time.':
    '時刻付きで連署できるのは、最初の葉から始まる木だけです。',
  'ML-DSA-44 cosignatures need names and origins of 1 to 255 bytes.':
    'ML-DSA-44 の連署では、名前と origin は 1～255 バイトでなければなりません。',
  'A tree of {0} leaves has no leaf {1}.': '葉が {0} 枚の木に、{1} 番の葉はありません。',
  'The inclusion proof has too many hashes.': '包含の証明のハッシュが多すぎます。',
  'The inclusion proof has too few hashes.': '包含の証明のハッシュが足りません。',
  'The inclusion proof does not lead to the root of the tree.': '包含の証明が木のルートに至りません。',
  'A tree hash has 32 bytes.': '木のハッシュは 32 バイトです。',
  'The tree size is out of range.': '木の大きさが範囲を超えています。',
  'The right edge of a tree of {0} leaves has {1} hashes.': '葉が {0} 枚の木の右端のハッシュは {1} 個です。',
  'An odd level has a node on the right edge.': 'ノードの数が奇数の段には、右端にノードがあるはずです。',
  'The right edge is incomplete.': '木の右端がそろっていません。',
  'A note is UTF-8 text without control characters, of 1 MB at most.':
    '署名付きノートは、制御文字のない 1 MB 以内の UTF-8 文字列でなければなりません。',
  'The note has no empty line before its signatures.': '署名付きノートの署名の前に空行がありません。',
  'A signature line ends with a newline.': '署名の行は改行で終わらなければなりません。',
  'A note has {0} signatures at most.': '署名付きノートの署名は {0} 個までです。',
  'A signature line is an em dash, a key name and base64.':
    '署名の行は、ダッシュ（—）、鍵名、base64 からなります。',
  'A signature is the base64 of a key ID of 4 bytes and more.':
    '署名は、4 バイトの鍵 ID とそれに続くデータの base64 です。',
  "A note's text ends with a newline.": '署名付きノートの本文は改行で終わらなければなりません。',
  'The note would be read as another one.': 'この署名付きノートは、別のものとして読まれてしまいます。',
  "A note's text is of whole lines without control characters.":
    '署名付きノートの本文は、制御文字のない、改行で終わる行でなければなりません。',
  'Two of the known keys have the same name and key ID.': '既知の鍵のうち二つの、鍵名と鍵 ID が同じです。',
  'The signature of {0} does not verify.': '{0} の署名を検証できません。',
  'The note has no signature of a known key.': '署名付きノートに、既知の鍵による署名がありません。',
  "A log's keys are of type 0x01 or 0x06 and bear one name, its origin.":
    '透明性ログの鍵は種別が 0x01 または 0x06 で、どれも鍵名が origin でなければなりません。',
  'Between 1 and {0} of the witnesses can be asked for.': '必要な証人の数は 1～{0} で指定してください。',
  'Witness keys are of type 0x04 or 0x06, and each is listed once.':
    '証人の鍵は種別が 0x04 または 0x06 です。それぞれ一度だけ指定してください。',
  'A proof is UTF-8 text without control characters, of 1 MB at most.':
    '証明は、制御文字のない 1 MB 以内の UTF-8 文字列でなければなりません。',
  'The proof has no empty line before its checkpoint.': '証明のチェックポイントの前に空行がありません。',
  'A proof begins with the line {0}.': '証明は {0} の行で始まらなければなりません。',
  "The proof's extra line is not of base64.": '証明の extra の行が base64 ではありません。',
  'The proof has no line with the index of its leaf.': '証明に葉の番号の行がありません。',
  'A checkpoint has at most {0} bytes before its signatures here.':
    'チェックポイントの、署名より前の部分は {0} バイトまでです。',
  "The proof's hashes are not base64 of 32 bytes, {0} at most.":
    '証明のハッシュは、32 バイトの base64 で {0} 個まででなければなりません。',
  'There is no leaf of this index.': 'その番号の葉はありません。',
  'The proof is of a log that is not trusted.': '証明は、信頼していない透明性ログのものです。',
  'The tree has no bundle {0}.': '木に {0} 番のバンドルはありません。',
  'The tree has no such complete node.': '木に、そのような完全なノードはありません。',
  'The partial tiles do not lead to the root of the checkpoint.':
    '部分タイルがチェックポイントのルートに至りません。',
  'A tile of width {0} has {1} bytes.': '幅が {0} のタイルは {1} バイトでなければなりません。',
  'The log lacks {0}.': '透明性ログに {0} がありません。',
  '{0} does not lead to the root of the checkpoint.': '{0} がチェックポイントのルートに至りません。',
  'This is no path of a tile.': 'タイルのパスではありません。',
  'A tree does not shrink.': '木が小さくなることはありません。',
  'The growth lacks the nodes of a tile level.': '増えた部分に、タイルのある段のノードがありません。',
  'The partial tile of level {0} should have {1} hashes.':
    '段 {0} の部分タイルのハッシュは {1} 個でなければなりません。',
  'A log entry has at most {0} bytes.': '透明性ログの項目は {0} バイトまでです。',
  'This is no bundle of {0} entries.': '項目が {0} 個のバンドルではありません。',
  'A key name is not empty and has neither white space nor a plus.':
    '鍵名は、空白とプラス記号を含まない、空でない文字列でなければなりません。',
  'A key of signature type {0} has {1} bytes.': '署名の種別が {0} の鍵は {1} バイトです。',
  'Signature type {0} of notes needs an {1} key.':
    '署名付きノートの署名の種別 {0} には、{1} の鍵が必要です。',
  'A verifier key is name, key ID and key, joined by plus signs.':
    '検証鍵は、鍵名、鍵 ID、鍵をプラス記号でつないだものです。',
  'Verifier keys of this signature type are not supported.': 'この署名の種別の検証鍵には対応していません。',
  'The key ID of the verifier key is not that of its name and key.':
    '検証鍵の鍵 ID が、鍵名と鍵に合いません。',
  'Others kept adding checkpoints of the same log; try again.':
    '同じ透明性ログのチェックポイントが他から追加され続けています。もう一度お試しください。',
  'The body is an old size, a consistency proof and a checkpoint.':
    '本文は、古い大きさ、整合性の証明、チェックポイントでなければなりません。',
  'The body begins with the line of the old size.': '本文は、古い大きさの行で始まらなければなりません。',
  'This witness does not know the log.': 'この証人は、その透明性ログを知りません。',
  'The old size is larger than that of the checkpoint.':
    '古い大きさが、チェックポイントの大きさを超えています。',
  'The witness knows another root for {0} leaves.':
    '葉が {0} 枚のときのルートが、証人の知るものと異なります。',
  'The witness has answered with status {0}.': '証人がステータス {0} を返しました。',
  'The witness did not answer.': '証人から応答がありません。',
  'The answer of the witness is too long for cosignatures.': '証人の応答が、連署としては長すぎます。',
};
