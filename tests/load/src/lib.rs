//! Open-loop load with an exact ledger, beside a bare pipeline doing the same work.
