// A plain responder in Go with golang.org/x/crypto/ocsp: it has statuses in a map, signs an answer for every request,
// echoes the nonce, and uses net/http with keep-alive. Arguments: PEM certificate and key of the responder, PEM
// certificate of the CA, a file of serial numbers in hex. It prints its port.
package main

import (
	"crypto"
	"crypto/x509"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"crypto/x509/pkix"

	"golang.org/x/crypto/ocsp"
)

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func block(file string) []byte {
	text, err := os.ReadFile(file)
	check(err)
	decoded, _ := pem.Decode(text)
	return decoded.Bytes
}

// ocsp.ParseRequest drops the extensions, so the request is parsed here as well.
type request struct {
	TBS struct {
		Version       int           `asn1:"explicit,tag:0,default:0,optional"`
		RequestorName asn1.RawValue `asn1:"explicit,tag:1,optional"`
		List          []asn1.RawValue
		Extensions    []pkix.Extension `asn1:"explicit,tag:2,optional"`
	}
}

func main() {
	responder, err := x509.ParseCertificate(block(os.Args[1]))
	check(err)
	parsed, err := x509.ParsePKCS8PrivateKey(block(os.Args[2]))
	check(err)
	key := parsed.(crypto.Signer)
	issuer, err := x509.ParseCertificate(block(os.Args[3]))
	check(err)
	list, err := os.ReadFile(os.Args[4])
	check(err)
	known := map[string]bool{}
	for _, line := range strings.Fields(string(list)) {
		serial, _ := new(big.Int).SetString(line, 16)
		known[serial.String()] = true
	}
	handle := func(w http.ResponseWriter, r *http.Request) {
		var body []byte
		var err error
		if r.Method == "GET" {
			text, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/ocsp/"))
			body, err = base64.StdEncoding.DecodeString(text)
		} else {
			body, err = io.ReadAll(r.Body)
		}
		if err != nil {
			http.Error(w, "", 400)
			return
		}
		asked, err := ocsp.ParseRequest(body)
		if err != nil {
			w.Write(ocsp.MalformedRequestErrorResponse)
			return
		}
		now := time.Now().UTC().Truncate(time.Second)
		answer := ocsp.Response{
			Status: ocsp.Unknown, SerialNumber: asked.SerialNumber, IssuerHash: asked.HashAlgorithm,
			ThisUpdate: now, NextUpdate: now.Add(15 * time.Minute), Certificate: responder,
		}
		if known[asked.SerialNumber.String()] {
			answer.Status = ocsp.Good
		}
		var extended request
		if _, err := asn1.Unmarshal(body, &extended); err == nil {
			answer.ExtraExtensions = extended.TBS.Extensions
		}
		der, err := ocsp.CreateResponse(issuer, responder, answer, key)
		if err != nil {
			w.Write(ocsp.InternalErrorErrorResponse)
			return
		}
		w.Header().Set("Content-Type", "application/ocsp-response")
		w.Write(der)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	check(http.Serve(listener, http.HandlerFunc(handle)))
}
