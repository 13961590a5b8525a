explain (analyze, buffers, timing off, summary off)
with recursive parked (lane_id) as (
    (select lane_id from outbox where lane_id is not null order by lane_id limit 1)
    union all
    select (select outbox.lane_id
              from outbox
             where outbox.lane_id > parked.lane_id
             order by outbox.lane_id
             limit 1)
      from parked
     where parked.lane_id is not null)
select * from parked;
