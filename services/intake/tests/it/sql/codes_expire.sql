update sms_codes set expires_at = now() where state = 'sent';
