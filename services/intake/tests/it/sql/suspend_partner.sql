update partners set state = 'suspended' where id = 'shop';
