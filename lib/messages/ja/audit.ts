/** What an audit finds: audit. */
export const AUDIT = {
  'The checkpoint is not signed by the key of the log.':
    'チェックポイントに透明性ログの鍵の署名がありません。',
  'The log shows fewer leaves than it has shown before.':
    '透明性ログの葉が、前に示されたときより減っています。',
  'The log has two histories: this one does not contain the one that was shown before.':
    '透明性ログに二つの歴史があります。今の歴史は、前に示された歴史を含みません。',
  'A file of the log is not there.': '透明性ログのファイルがありません。',
  'A file of the log is not the one that the checkpoint was signed over.':
    '透明性ログのファイルが、チェックポイントに署名したときのものではありません。',
  'A leaf is no entry of this ledger.': '葉が、この台帳の項目ではありません。',
  'Nothing was recorded for longer than --max-gap allows.': '--max-gap より長い間、何も記録されていません。',
  'A record is not the one that its leaf was made of.': '記録が、葉を作ったときの記録ではありません。',
  'A leaf has no record, though its retention period is not over.':
    '保存期間が終わっていないのに、葉に対応する記録がありません。',
  'A record has no leaf of its own: it did not come in by the ledger.':
    '記録に対応する葉がありません。台帳を通さずに加えられています。',
  'The record of an act has no good signature of the key for its kind.':
    '行為の記録に、その種類の鍵の正しい署名がありません。',
  'A key of acts is not the one that was shown before, or does not follow its predecessor.':
    '行為に署名する鍵が、前に示されたものと異なるか、前の鍵に続いていません。',
  'A certificate that takes two persons was revoked or held, and the log lacks the asking of the other one.':
    '二人が要る証明書が失効または一時利用停止になりましたが、もう一人の求めが透明性ログにありません。',
  'Two acts ended the same thing, of which only one can have counted.':
    '一つだけが有効であるはずの同じものを、二つの行為が終わらせています。',
  'A CA certificate has no issuance or ceremony record in the log.':
    '認証局の証明書に、発行または鍵生成式の記録が透明性ログにありません。',
  'The log has the ceremony of a CA that the service does not show.':
    '透明性ログに鍵生成式の記録がある認証局を、サービスが示していません。',
  'The service knows a certificate whose issuance is not in the log.':
    'サービスに、発行の記録が透明性ログにない証明書があります。',
  'The log has the issuance of a certificate that the service does not know.':
    '透明性ログに発行の記録がある証明書が、サービスにありません。',
  'A request was submitted, examined or withdrawn together with others, and the log lacks the act on their batch, or has another one.':
    'ほかの申請とともに提出・審査・取り下げが行われた申請について、その一括申請に対する行為の記録がログにないか、異なります。',
  'Requests were approved together, and the log lacks the sample that was drawn, or that its rows were opened.':
    '申請が一括で承認されましたが、行の抽出、またはその行が開かれたことの記録がログにありません。',
  'A certificate was issued, and the log lacks its submission or one of its approvals, each by another person.':
    '証明書が発行されましたが、申請と、それぞれ別の人による審査のどれかが透明性ログにありません。',
  'An amendment of the trust domain was applied, and the log lacks its proposal or its approval by two persons.':
    '信頼ドメインの変更が適用されましたが、二人による提案または承認が透明性ログにありません。',
  'A principal got a certificate for a key that no ceremony and no enrolment in the log names for it.':
    '利用主体の証明書が、透明性ログの鍵生成式の記録にも登録の記録にもない鍵に対して発行されています。',
  'The log leaves out an act on an office or on a principal.':
    '登録分局または利用主体に対する行為が、透明性ログに欠けています。',
  'An act on an office or on a principal is not one that may follow the acts before it.':
    '登録分局または利用主体に対する行為が、それより前の行為の後に許されるものではありません。',
  'The persons of the ceremony enrolled an operator while two operators could act.':
    '操作できる認証局運用者が二人いたのに、鍵生成式の二人が認証局運用者を登録しました。',
  'The service shows an office or a principal otherwise than the newest act in the log.':
    'サービスが示す登録分局または利用主体が、透明性ログの最新の行為と異なります。',
  'The person behind an auditor was an officer or an operator at the same time.':
    '監査人と同じ人物が、同時に担当者または認証局運用者でした。',
  'A certificate of a principal does not rest on the act that confirmed its key.':
    '利用主体の証明書が、その鍵を確認した行為に基づいていません。',
  'A certificate of a principal was not revoked when its key was replaced or the enrolment ended.':
    '鍵の交換または登録の終了の際に、利用主体の証明書が失効していません。',
  'An officer left 30 days ago or more, and a certificate that was issued to the officer was neither revoked nor kept by a decision.':
    '担当者が登録分局を離れて 30 日以上たちますが、その担当者に渡した証明書が、失効も、存続の決定もされていません。',
  'Somebody acted who, by the log, was not enrolled for it at that time.':
    '透明性ログによれば、その時にその行為のために登録されていなかった者が行為をしています。',
  'A certificate is not the one whose issuance is in the log.':
    '証明書が、透明性ログに発行の記録があるものと異なります。',
  'The data of a certificate are not there, and the log has no act that ended them.':
    '証明書のデータがなく、それを終わらせた行為が透明性ログにありません。',
  'A data key was destroyed before its month was over, and not because of a proven erasure.':
    'データ鍵が、その月が終わる前に、証明された消去によらずに破棄されました。',
  'A legal hold, its release or an erasure was ordered, and the log lacks the same order by another operator.':
    '法的保全、その解除、または消去が命じられましたが、別の認証局運用者による同じ命令が透明性ログにありません。',
  'A certificate was issued long ago and still has no signature.':
    '発行からかなりの時間がたった証明書に、まだ署名がありません。',
  'A certificate is shown as revoked or on hold without a record of that in the log.':
    '失効または一時利用停止と示されている証明書に、その記録が透明性ログにありません。',
  'The status register and the log differ on a certificate.':
    '証明書について、状態の登録簿と透明性ログが異なります。',
  'OCSP gave a certificate a status that it did not have at that time, by the log.':
    'OCSP が答えた証明書の状態が、透明性ログによるその時の状態と異なります。',
  'OCSP gave another reason for a revocation than the log has.':
    'OCSP が答えた失効の理由が、透明性ログの理由と異なります。',
  'OCSP did not know a certificate more than fifteen minutes after its issuance.':
    '発行から15分を過ぎた証明書を、OCSP が知りませんでした。',
  'A certificate was revoked later than its term after the report.':
    '報告を受けてから期限を過ぎて、証明書が失効しました。',
  'A certificate was issued for a key that was known to be compromised.':
    '危殆化したと分かっている鍵に、証明書が発行されました。',
  'A certificate stayed good for longer than the term after its key was known to be compromised.':
    '鍵の危殆化が分かってから期限を過ぎても、その鍵の証明書が失効していませんでした。',
  'A CRL was signed and its publication is not in the log.':
    '署名された CRL に、公開の記録が透明性ログにありません。',
  'A CRL was published, by the log, and is not in the archive.':
    '透明性ログに公開の記録がある CRL が、保存されていません。',
  'A CRL is not the one whose publication is in the log.':
    'CRL が、透明性ログに公開の記録があるものと異なります。',
  'A CRL is named as the one before another, and its publication is not in the log.':
    '別の CRL の直前とされている CRL に、公開の記録が透明性ログにありません。',
  'An older CRL is served than the newest one that the log has.':
    '透明性ログにある最新の CRL より古い CRL が配られています。',
  'A CRL leaves out a certificate that is revoked or on hold, by the log.':
    '透明性ログでは失効または一時利用停止である証明書が、CRL にありません。',
  'A CRL lists a certificate that was good when the CRL was made, by the log, or that the CRL does not cover.':
    '透明性ログでは CRL を作った時に有効だった証明書、または CRL の対象でない証明書が、CRL に載っています。',
  'The rows of a certificate were corrected, and the log lacks the same asking by another person.':
    '証明書の行が訂正されましたが、別の人による同じ申し出が透明性ログにありません。',
  'A list of compromised keys was approved, and the log lacks the same proposal by another person.':
    '漏えいした鍵の一覧が承認されましたが、別の人による同じ提案が透明性ログにありません。',
  'A CA issued a certificate after its own certificate had been revoked.':
    '認証局が、自身の証明書の失効後に証明書を発行しました。',
  'An act on a revoked certificate did something else than raise its revocation.':
    '失効した証明書に対して、失効の引き上げ以外の行為が行われました。',
  'The index of used keys lacks a key whose certificate is in the log.':
    '使用済みの鍵の索引に、透明性ログに証明書がある鍵がありません。',
  'The index of used keys says something else of a key than the log.':
    '使用済みの鍵の索引の内容が、透明性ログと異なります。',
  'The index of used keys has a key that no issuance and no submission in the log has.':
    '使用済みの鍵の索引に、透明性ログのどの発行にも提出にもない鍵があります。',
  'A key was certified again, and not as a renewal for its holder.':
    '鍵が、利用者の更新としてではなく、もう一度証明されました。',
  'A CRL and the log differ on a revocation.': '失効について、CRL と透明性ログが異なります。',
  'An entry left the CRL before a CRL listed it after the end of its certificate.':
    '証明書の有効期間が終わった後の CRL に一度も載らないまま、CRL から項目が消えています。',
  'The service left a certificate out of its list of issuances, and OCSP answered about so many numbers that answers about it were not kept.':
    'サービスが発行の一覧から証明書を一つ省いており、OCSP が非常に多くの番号について応答していたため、その証明書についての応答を保持できませんでした。',
  'A CRL lists a serial number more than once.': 'CRL に同じシリアル番号が二度以上載っています。',
  'The scope of a CRL (issuingDistributionPoint) lacks an address at which a certificate says that its CRL is.':
    'CRL の範囲（issuingDistributionPoint）に、証明書に書かれた CRL のアドレスがありません。',
  'The next CRL of a CA was made only after the one before it had ended.':
    '前の CRL の期限が過ぎてから、次の CRL が作られています。',
  'The newest CRL of a CA has ended, and certificates of the CA have not.':
    '有効期間の残る証明書があるのに、認証局の最新の CRL の期限が過ぎています。',
  'An annual report is shown that the log does not know.':
    '示されている年次報告に、作成の記録が透明性ログにありません。',
  'An annual report was made, by the log, and the service does not show it.':
    '透明性ログに作成の記録がある年次報告を、サービスが示していません。',
  'An annual report is not the one that was made, by the log.':
    '年次報告が、透明性ログに作成の記録があるものと異なります。',
  'A query leaves out a record that matches it.': '条件に合う記録が、検索の結果にありません。',
  'A query finds a record that does not match it.': '条件に合わない記録が、検索の結果にあります。',
  'A total of a month is not the sum of its records.': '月の合計が、その月の記録の合計と異なります。',
  'A signed request was answered again, and the record does not say that it was a repetition.':
    '署名付きの要求に再び回答したのに、記録が繰り返しであることを示していません。',
  'A record names another tenant than the one that its subject belongs to.':
    '記録の運営団体が、その対象の運営団体と異なります。',
  'A record names no tenant, and its subject belongs to one.':
    '対象は運営団体に属していますが、記録に運営団体がありません。',
  'A row that the ledger did not write so was found in its table and set aside.':
    '台帳が書いたものではない行が台帳の中に見つかり、取り分けられました。',
} as const;
