"""What stands in for an assertion that could not be opened: it goes the same way as any other, and nobody signed it.

A padding, a key or a plain text that is wrong must not show in the time an answer takes or in what it says: with
enough tries, somebody could otherwise read an assertion that is not theirs.
"""

from lxml import etree

_DECOY = """<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_decoy" Version="2.0"
 IssueInstant="2000-01-01T00:00:00Z"><saml:Issuer>nobody</saml:Issuer>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/>
<ds:SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
<ds:Reference URI="#_decoy"><ds:Transforms>
<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>
<ds:Transform Algorithm="http://www.w3.org/2001/10/xml-exc-c14n#"/></ds:Transforms>
<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
<ds:DigestValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:DigestValue></ds:Reference></ds:SignedInfo>
<ds:SignatureValue>AAAA</ds:SignatureValue></ds:Signature>
<saml:Subject><saml:NameID>nobody</saml:NameID></saml:Subject></saml:Assertion>"""


def decoy() -> "etree._Element":
    """An assertion by nobody about nobody."""
    return etree.fromstring(_DECOY)
