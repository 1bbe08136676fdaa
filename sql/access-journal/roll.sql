select made as "made!", dropped as "dropped!" from vigie.access_roll_partitions(make_interval(secs => $1))
