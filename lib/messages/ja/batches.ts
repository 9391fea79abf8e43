/** Batches: lib/batches. */
export const BATCHES = {
  'the address of the queue of submissions': '申請キューのアドレス',
  'the address of the queue of examinations': '審査キューのアドレス',
  'An act on a file of requests, or its list of rows, is not what it should be.':
    '一括申請に対する行為の記録、またはその行の一覧が、本来のものではありません。',
  'Officers list the files of their own office, or of one whose affairs it has taken over.':
    '担当者が一覧できるのは、自分の窓口と、事務を引き継いだ窓口の一括申請だけです。',
  'No certificate of this file is issued yet.': 'この一括申請の証明書は、まだ発行されていません。',
  'There is no collection {0} of this file; make one first.':
    'この一括申請に、一括受け取り {0} はありません。先に作成してください。',
  'Row {0} has not led to a request.': '行 {0} は申請になっていません。',
  'Only officers with the duty "examine" or "approve", and operators, examine requests.':
    '申請を審査できるのは、職務「examine」または「approve」を持つ担当者と、運用者だけです。',
  'A person acts only once on a request, and you have acted on all of these; another person examines them.':
    '一つの申請に関われるのは一人一回です。これらの申請には、すべて関わっています。別の人が審査してください。',
  'No request of this file waits for you.': 'この一括申請に、あなたの審査を待つ申請はありません。',
  'This is no sample of yours that waits for its decision; draw a new one.':
    'これは、あなたの判断を待っている抽出ではありません。抽出し直してください。',
  'At most {0} rows are left out; examine the others one by one.':
    '除外できるのは {0} 行までです。ほかの行は一件ずつ審査してください。',
  'No row is left to examine.': '審査する行が残っていません。',
  'Open these rows of the sample first, also those that you leave out: {0}{1}.':
    '抽出された次の行を先に開いてください（除外する行も含みます）：{0}{1}。',
  'There is no such file of requests.': 'その一括申請はありません。',
  'The file belongs to an office whose affairs yours has taken over; send it anew for yours.':
    'この一括申請は、事務を引き継いだ窓口のものです。自分の窓口のものとして送り直してください。',
  'A file has at most {0} bytes; divide it into several.':
    'ファイルは {0} バイトまでです。複数に分けてください。',
  'A file of {0} bytes does not come in {1} parts: a part has at most {2}, and there are at most {3}.':
    '{0} バイトのファイルを {1} 個に分けて送ることはできません。一つの部分は {2} バイトまで、部分は {3} 個までです。',
  'Your office may not ask for certificates of the profile {0}, or there is none.':
    'この窓口はプロファイル {0} の証明書を申請できないか、そのプロファイルがありません。',
  'The file has the parts 1 to {0}.': 'このファイルの部分は 1 から {0} までです。',
  'These bytes are not part {0} of the file that was announced; send that part, or begin anew with this file.':
    'このデータは、届け出のあったファイルの部分 {0} ではありません。その部分を送るか、このファイルで始め直してください。',
  'No act asked for what a row of the table says. Nothing is done.':
    '表の行が示すことを求めた行為の記録がありません。何も行いません。',
  'Nobody has the id of whoever sent the file.': 'ファイルを送った人の ID を持つ利用主体がありません。',
  'Whoever sent the file is at another office now.': 'ファイルを送った人は、現在、別の窓口に所属しています。',
  'The act is about another file.': '行為の記録は、別のファイルについてのものです。',
  'The act is about another profile.': '行為の記録は、別のプロファイルについてのものです。',
  'The request is not the one that was listed for the examination.':
    '審査のために一覧にされた申請とは別の申請です。',
  'A part of a file is not as it was sent.': 'ファイルの部分が、送られたときのままではありません。',
  'The office may not ask for certificates of this profile any more.':
    'この窓口は、このプロファイルの証明書を申請できなくなりました。',
  'The parts do not make the file that was announced: its SHA-256 is another one.':
    '部分を合わせても、届け出のあったファイルになりません。SHA-256 が異なります。',
  'A page has 1 to {0} rows.': '一度に示せるのは 1 行から {0} 行までです。',
  'There is no profile {0} any more.': 'プロファイル {0} は、もうありません。',
  'The file has no row {0}.': 'このファイルに行 {0} はありません。',
  'The file of requests is {0}; this takes one that is {1}.':
    'この一括申請は {0} です。この操作ができるのは {1} のものです。',
  'There is no such step of a file of requests.': '一括申請に、そのような段階はありません。',
  'The digest is not that of this file.': 'この値は、このファイルのハッシュ値ではありません。',
  'The queue did not answer.': 'キューから応答がありません。',
  'The queue refuses the message; compare it with the role of the function.':
    'キューがメッセージを拒否しました。関数のロールと照らし合わせてください。',
  'Twelve digits in it have the form of an Individual Number (My Number), which the law forbids to keep here. The value was left out; send the row without it.':
    '個人番号（マイナンバー）の形をした 12 桁の数字があります。法律により、ここでは保管できません。この値は取り除きました。この値のない行を送ってください。',
  'The file has nothing below its header: no row asks for a certificate.':
    '見出しの下に行がありません。申請する行がないファイルです。',
  'A spreadsheet puts ? or 〓 in the place of a character that Windows-31J does not have. Write the character again, and save the file as CSV in UTF-8.':
    '「?」または「〓」があります。Windows-31J にない文字を、表計算ソフトが置き換えた可能性があります。文字を入力し直し、「CSV UTF-8」で保存してください。',
  'A spreadsheet made a number of it, and its digits are lost. Set the column to text, and write it again.':
    '表計算ソフトが数値に変えたため、桁が失われています。列の書式を「文字列」にして、入力し直してください。',
  'Row {0} is not among those that wait for you.': '行 {0} は、あなたの審査を待つ行ではありません。',
  'No request of this file waits for you: {0} are not examined at the office yet.':
    'この一括申請に、あなたの審査を待つ申請はありません。登録分局の審査がまだのものが {0} 件あります。',
  'No request of this file waits for you: {0} wait for the centre.':
    'この一括申請に、あなたの審査を待つ申請はありません。認証局の審査を待つものが {0} 件あります。',
  'There are {0} columns, and at most {1} are read.': '列が {0} あります。読み取るのは {1} 列までです。',
  'The rows of a file are not as they were read.': 'ファイルの行が、読み取られたときのままではありません。',
  'Every row has led to a request; nothing is left to try again.':
    'すべての行が申請になっています。やり直すものはありません。',
  '{0} files of your office were announced and have not come; send their parts, or cancel them.':
    'この窓口では、届け出たまま送られていないファイルが {0} 件あります。残りの部分を送るか、取り消してください。',
  'The service failed at this row; its operators find why in the log.':
    'この行でサービスに障害が起きました。原因は、運用者がログで確認できます。',
  'Row {0} has the same certification request.': '行 {0} に同じ証明書発行要求があります。',
  'This row and those after it are too many, and were not read; put them into other files.':
    'この行から後は、行数の上限を大きく超えているため読み取っていません。別のファイルに分けてください。',
} as const;
