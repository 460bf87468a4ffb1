-- RPZ from the file that the agent writes. A file that is missing or broken at this moment leaves every name open,
-- so start the Recursor after the first `agent pull`.
rpzFile("/var/lib/powerdns/phishing.rpz", {policyName="phishing"})
