/** OCSP answers and CRLs: lib/status. */
export const STATUS = {
  'There is no such certification authority here.': 'その認証局はありません。',
  'What is stored of this certification authority cannot be read.':
    'この認証局について保存されているデータを読めません。',
  'A nonce has 1 to {0} octets (RFC 9654 2.1).': 'ノンスは 1～{0} オクテットにしてください（RFC 9654 2.1）。',
  'A request has at most {0} CertIDs.': '一つのリクエストの CertID は {0} 個までにしてください。',
  'No CertID of the request names a CA of this service.':
    'リクエストの CertID に、このサービスの認証局を指すものがありません。',
  'Requests for the status of these certificates must be signed.':
    'これらの証明書の状態を問い合わせるリクエストには、署名が必要です。',
  'The OCSP responder came to its end meanwhile.': '処理の間に、OCSP レスポンダの有効期間が終わりました。',
  'The request has a critical extension that is not known here.':
    'リクエストに未知のクリティカル拡張があります。',
  'The request accepts no basic response (RFC 6960 4.4.3).':
    'リクエストが基本レスポンス（basic）を受け付けないとしています（RFC 6960 4.4.3）。',
  'A signed request comes with the certificate of its signer.':
    '署名したリクエストには、署名者の証明書を付けてください。',
  'A signed request names the subject of its certificate as its requestor.':
    '署名したリクエストの requestorName は、署名者の証明書の主体者名と同じにしてください。',
  'The responder key is not the one in the responder certificate.':
    'レスポンダの鍵が、レスポンダの証明書の鍵と一致しません。',
  'The CA knows no certificate of this responder.': '認証局に、このレスポンダの証明書がありません。',
  'The OCSP responder has no valid certificate at the moment.':
    '現在、OCSP レスポンダに有効な証明書がありません。',
  'A CRL left the archive while it was read.': '読んでいる間に、CRL が保管庫からなくなりました。',
  'The clock is {0} seconds behind the time at which the current CRL was made; no CRL is signed until it is right.':
    '時計が、現在の CRL の thisUpdate より {0} 秒遅れています。時計が正しくなるまで CRL に署名しません。',
  'The key of this CA is stopped, and its last CRL is published.':
    'この認証局の鍵は停止されており、最後の CRL は公開済みです。',
  'This CA has not published a CRL yet.': 'この認証局は、まだ CRL を公開していません。',
  'The current CRL is missing from the archive.': '現在の CRL が保管庫にありません。',
  'The row of the current CRL is damaged; the next CRL mends it.':
    '現在の CRL を指す行が壊れています。次の CRL の発行で直ります。',
  'The archive has no CRL of that number.': 'その番号の CRL は保存されていません。',
  'This CA has no CRL of that name.': 'この認証局に、その名前の CRL はありません。',
  'Others kept taking the number of the CRL; try again.':
    'CRL の番号がほかから取られ続けています。もう一度実行してください。',
};
