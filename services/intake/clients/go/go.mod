module tixian

go 1.19
