update partner_hosts set host = 'elsewhere.example' where partner_id = 'shop';
