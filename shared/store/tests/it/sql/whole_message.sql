select exchange, routing_key, message_type, correlation_id, body
  from outbox
 where message_id = $1
