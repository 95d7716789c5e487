"""退回次数: a case that is sent back again and again escalates by itself.

国办函〔2025〕66号 五 asks for the ways of sending back (退单、改派) to be made better and for hard
cases to be raised (提级办理); cities that count take the third time (重办三次以上、经三个部门以上
仍未落实的，列为疑难工单提级督办). Every procedure in which an office sends a case back counts.
"""

from hotline.procedure import Returns

OFTEN = 3

RETURNS = Returns(
    OFTEN,
    tells=("supervisor/returned_often", "leader/returned_often"),
    basis="国办函〔2025〕66号 五（退单和改派、提级办理）；第三次为各地通行做法，演示设定",
)
