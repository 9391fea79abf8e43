/** Client certificates and tokens: lib/principals, functions/http/authenticate.ts. */
export const PRINCIPALS = {
  'The client certificate is revoked or on hold; ask an operator for a new one.':
    'クライアント証明書は失効しているか、一時利用停止中です。認証局運用者に新しい証明書を依頼してください。',
  'The client certificate is not accepted: it is not one of a principal of this service.':
    'クライアント証明書を受け付けられません（このサービスの利用主体のものではありません）。',
  'The client certificate is not accepted: {0}.': 'クライアント証明書を受け付けられません（{0}）。',
  "its issuer's own certificate is not valid now": '発行者の証明書が、現在有効ではありません',
  'The certificate of "{0}" is not that of a CA.': '「{0}」の証明書は認証局のものではありません。',
  'it is not a certificate of RFC 5280': 'RFC 5280 の証明書ではありません',
  'it was not issued by a CA of this service that signs callers in':
    'このサービスでのサインインに使える認証局が発行したものではありません',
  'The client certificate signs in a holder, and this operation is not for holders.':
    'このクライアント証明書は利用者のものです。この操作は利用者向けではありません。',
  'it is not valid yet': '有効期間がまだ始まっていません',
  'The client certificate has expired; renew it.':
    'クライアント証明書の有効期間が終わっています。更新してください。',
  'it has a critical extension that is not processed here': '対応していないクリティカル拡張があります',
  "it is a CA's": '認証局の証明書です',
  'its key usage lacks digitalSignature': '鍵用途（keyUsage）に digitalSignature がありません',
  'its extended key usage lacks clientAuth': '拡張鍵用途（extKeyUsage）に clientAuth がありません',
  'its subject does not name a principal by one serialNumber attribute':
    '主体者名の一つの serialNumber 属性に利用主体の ID が書かれていません',
  'The signature of the OCSP request does not prove who asks.':
    'OCSP リクエストの署名では、問い合わせた者を確認できません。',
  'The token names no principal of this service.': 'トークンの利用主体が、このサービスにありません。',
  'This service issues no tokens; get one from its token issuer.':
    'このサービスはトークンを発行しません。トークン発行者から取得してください。',
  'The token names no principal.': 'トークンに利用主体が書かれていません。',
  'The key that signs tokens must be Ed25519.': 'トークンに署名する鍵は Ed25519 でなければなりません。',
  'The token is not a JWT.': 'トークンが JWT ではありません。',
  'The token does not come from an issuer that this service trusts.':
    'トークンが、このサービスの信頼する発行者のものではありません。',
  'The token has expired; get a new one.':
    'トークンの有効期間が終わっています。新しいトークンを取得してください。',
  "The token issuer's keys cannot be had now.": '現在、トークン発行者の鍵を取得できません。',
  'The token does not verify for this service; get a new one.':
    'トークンを、このサービス向けのものとして検証できません。新しいトークンを取得してください。',
  'Show a client certificate; a token is not enough here.':
    'この操作にはクライアント証明書が必要です。トークンでは足りません。',
  'The token and the client certificate name different principals.':
    'トークンとクライアント証明書の利用主体が異なります。どちらか一方だけを使ってください。',
  'Send tokens over TLS only, and replace this one.':
    'トークンは TLS でだけ送ってください。このトークンは新しいものに替えてください。',
  'Authorization must be "Bearer" and a token.': 'Authorization には "Bearer" とトークンを指定してください。',
};
