update cards set state = 'closed' where tail = '6217';
