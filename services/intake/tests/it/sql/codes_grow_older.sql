update sms_codes set created_at = created_at - interval '{by}';
