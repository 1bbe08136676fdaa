select made as "made!", dropped as "dropped!", overdue as "overdue!"
from vigie.access_roll_partitions(make_interval(secs => $1))
