#ifndef ISOMERIZE_H
#define ISOMERIZE_H
#endif
