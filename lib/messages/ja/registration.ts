/** Requests and examinations: lib/registration. */
export const REGISTRATION = {
  'The ledger lacks the submission or an approval of this request; no certificate is issued for it.':
    'この申請の受付または承認の記録が台帳にありません。証明書は発行しません。',
  'Another submission was first.': '別の申請が先に受け付けられました。',
  'The request kept changing; try again.': '申請の状態が変わり続けています。もう一度お試しください。',
  'There is no such request.': 'その申請はありません。',
  'The request is {0}; this takes one that is {1}.':
    '申請の状態は {0} です。この操作ができるのは、状態が {1} の申請だけです。',
  'Your office has not given you the duty "{0}"; ask its responsible person.':
    '登録分局から職務「{0}」を与えられていません。登録分局の責任者に確認してください。',
  'A reason of 1 to {0} characters is needed.': '理由を 1～{0} 文字で入力してください。',
  'Only an officer of a registration sub-office may do this.':
    'この操作ができるのは、登録分局の担当者だけです。',
  'Only officers and operators examine requests.':
    '申請を審査できるのは、登録分局の担当者と認証局運用者だけです。',
  'A person acts only once on a request. This step takes another operator; {0} have acted already.':
    '一つの申請を同じ人が二度扱うことはできません。この段階には別の認証局運用者が必要です。すでに扱った人: {0}。',
  'A person acts only once on a request. This step takes another officer with the duty "{0}"; {1} have acted already.':
    '一つの申請を同じ人が二度扱うことはできません。この段階には、職務「{0}」を持つ別の担当者が必要です。すでに扱った人: {1}。',
  'The office has not examined this request a second time. That takes an officer with the duty "approve", another person than {0}.':
    'この申請は、登録分局での二度目の審査（決裁）が済んでいません。職務「approve」を持つ、{0} とは別の担当者が必要です。',
  'The signature of the certification request is not by the private key of its public key; make the request again.':
    '署名要求（CSR）が、その公開鍵に対応する秘密鍵で署名されていません。作り直してください。',
  'A holder is named by a pseudonym of 1 to 64 of a-z, 0-9 and hyphens, never by a number of the resident register.':
    '利用者は、a-z、0-9、ハイフンからなる 1～64 文字の仮名で指定してください。住民票コードや個人番号は使わないでください。',
  'The subject or another name in the certification request has the form of an Individual Number (My Number), which the law forbids to keep here; make the certification request again without it.':
    '署名要求（CSR）の主体者名などに、個人番号（マイナンバー）の形をした 12 桁の数字があります。個人番号は、法律によりここに保存できません。その数字を含まない署名要求を作り直してください。',
  'The person to whom a certificate is issued is an officer of the office that asks for it, by the id of the enrolment.':
    '証明書を渡す相手には、申請する登録分局の担当者を、登録の ID で指定してください。',
  'An officer who examines, or the responsible person, decides this.':
    'この決定ができるのは、審査する担当者か、登録分局の責任者です。',
  'Somebody else decides about a certificate of yours.':
    '自分に渡された証明書については、別の担当者が決定してください。',
  'The officer has not left, so no revocation is proposed.':
    '担当者は登録分局を離れていないため、失効は提案されていません。',
  'Name the office whose proposals you ask for.': '提案を見る登録分局を指定してください。',
  'Officers see the proposals of their own office, or of one whose affairs it has taken over.':
    '担当者が見られるのは、自分の登録分局か、それが引き継いだ登録分局の提案だけです。',
  'Certificates of this profile are about persons: name the holder.':
    'この証明書プロファイルの証明書は個人に関するものです。利用者を指定してください。',
  'The fields have more than {0} bytes; shorten them.':
    '項目の合計が {0} バイトを超えています。短くしてください。',
  'The profile does not take keys of this kind; make a key pair of a kind in facts.allowed.':
    'この証明書プロファイルでは、この種類の鍵を使えません。facts.allowed にある種類の鍵ペアを作ってください。',
  'This idempotency key was used for another submission; take a new one.':
    'この冪等キーは別の申請に使われています。新しいものを使ってください。',
  'An idempotency key is 1 to {0} visible ASCII characters.':
    '冪等キーは、空白以外の ASCII 文字 1～{0} 文字で指定してください。',
  'The request {0} of this office has this public key; go on with that request, or make a new key pair.':
    'この公開鍵は、この登録分局の申請 {0} で使われています。その申請を進めるか、新しい鍵ペアを作ってください。',
  'Another request or certificate holds this public key; make a new key pair.':
    'この公開鍵は、別の申請または証明書で使われています。新しい鍵ペアを作ってください。',
  'The row of this request is not as it was submitted.': '申請の行が、受け付けたときのものと異なります。',
  'A search goes through the requests of one office: name it.':
    '検索の対象は一つの登録分局の申請です。登録分局を指定してください。',
  'Officers list the requests of their own office, or of one whose affairs it has taken over.':
    '担当者が一覧できるのは、自分の登録分局と、その承継した登録分局の申請だけです。',
  'An office takes over from at most {0} offices, with those whose affairs they had; name another one.':
    '1 つの登録分局が承継できるのは、承継元がさらに承継していたものを含めて {0} までです。別の登録分局を指定してください。',
  'A page has 1 to {0} requests.': '1 ページの申請は 1～{0} 件で指定してください。',
  'The request is {0}; there is no certificate to collect.':
    '申請の状態は {0} です。受け取れる証明書はまだありません。',
  'The ledger lacks the submission of this request; it has to be submitted again.':
    'この申請の提出の記録が台帳にありません。申請を出し直してください。',
  'The end of a request is of a kind that ends none.':
    '申請の終わりが、申請を終わらせる種類のものではありません。',
  'The ledger lacks the approval of the office; reject the request, and have it submitted again.':
    '登録分局の承認の記録が台帳にありません。申請を却下し、出し直してもらってください。',
  'The certificate would not be the one that the office examined; reject the request, and have it submitted again.':
    '証明書の内容が、登録分局の審査したものと異なることになります。申請を却下し、出し直してもらってください。',
};
